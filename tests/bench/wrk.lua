-- SPDX-License-Identifier: BSD-2-Clause
-- Arguments: how many requests to pipeline. Prints the run's numbers as one JSON object.

local batch

function init(args)
  local depth = tonumber(args[1] or 1)
  local parts = {}
  for i = 1, depth do
    parts[i] = wrk.format()
  end
  batch = table.concat(parts)
end

function request()
  return batch
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"seconds": %f, "requests": %d, "bytes": %d, "errors": %d, "statuses": %d, "latency_us": ' ..
    '{"p50": %d, "p90": %d, "p99": %d, "max": %d}}\n',
    summary.duration / 1e6, summary.requests, summary.bytes,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max))
end
