/* SPDX-License-Identifier: BSD-2-Clause */
/* connections: the page that Go calls "goroutine": what every connection is doing. */
#ifndef PAGES_CONNECTIONS_H
#define PAGES_CONNECTIONS_H

#include "base/line_sink.h"
#include "observer/page.h"

/* A count profile (count_profile.h) by state, with a line each: worker, number, age, time in
 * this state, requests, object, bytes sent and to send, and how long the client kept it
 * waiting. With debug=2, the stacks of workers follow (worker_stacks.h). */
void connections_goroutine(struct page *page);

/* A line for each, "send: worker 1, connection 3, ...", at most so many. 0 or -ENOMEM. */
int connections_lines(const struct view *view, size_t most, line_sink_line *line,
                      void *argument) __attribute__((warn_unused_result));

/* Connections of a worker now. */
uint64_t connections_count(const struct shared *shared, unsigned worker);

#endif
