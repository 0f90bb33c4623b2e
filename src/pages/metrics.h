/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics: the page that Prometheus scrapes. */
#ifndef PAGES_METRICS_H
#define PAGES_METRICS_H

#include "observer/page.h"

/* Every number in base units: seconds and bytes. Counters cover all processes since the
 * daemon's start; those of a single worker those of its generation, which is a label. */
void metrics_write(struct page *page);

#endif
