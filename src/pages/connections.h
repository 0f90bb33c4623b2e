/* SPDX-License-Identifier: BSD-2-Clause */
/* connections: the page that Go calls "goroutine": what every connection is doing. */
#ifndef PAGES_CONNECTIONS_H
#define PAGES_CONNECTIONS_H

#include "observer/page.h"

/* A count profile (count_profile.h) by state, with a line each: worker, number, age, time in
 * this state, requests, object, bytes sent and to send, and how long the client kept it
 * waiting. With debug=2, the stacks of workers follow (worker_stacks.h). */
void connections_goroutine(struct page *page);

/* Connections now. */
uint64_t connections_count(const struct view *view);

#endif
