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

local percentiles = {0.001, 0.01, 0.1, 1, 2.5, 10, 25, 50, 75, 90, 97.5, 99, 99.9, 99.99, 99.999}

function done(summary, latency)
  local errors = summary.errors
  local parts = {}
  for _, percent in ipairs(percentiles) do
    local name = string.gsub(tostring(percent), '%.', '_')
    table.insert(parts, string.format('"p%s": %d', name, latency:percentile(percent)))
  end
  io.write(string.format(
    '\n{"seconds": %f, "requests": %d, "bytes": %d, "errors": %d, "statuses": %d, "latency_us": ' ..
    '{"mean": %.1f, "stdev": %.1f, "min": %d, %s, "max": %d}}\n',
    summary.duration / 1e6, summary.requests, summary.bytes,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency.mean, latency.stdev, latency.min, table.concat(parts, ', '), latency.max))
end
