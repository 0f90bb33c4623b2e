/* SPDX-License-Identifier: BSD-2-Clause */
/* tracing: the page that is an execution trace of workers, see format/chrome.h. */
#ifndef PAGES_TRACING_H
#define PAGES_TRACING_H

#include "observer/page.h"

/* Events in one reply, of all workers; when there are as many, the window ends early. */
#define TRACING_MAX (1u << 20)

void tracing_write(struct page *page);

/* Events of a worker so far. */
uint64_t tracing_count(const struct shared *shared, unsigned worker);

#endif
