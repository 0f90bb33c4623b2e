/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics_worker: the metrics of each worker, for metrics.c. */
#ifndef PAGES_METRICS_WORKER_H
#define PAGES_METRICS_WORKER_H

#include "format/exposition.h"

#include "pages/totals.h"

/* The families "tiffd_worker_...", labelled with generation and worker. */
void metrics_worker_write(const struct exposition *out, const struct totals_worker *workers,
                          unsigned count);

#endif
