/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics_histogram: latency of responses and sizes of bodies of the whole daemon, for
 * Prometheus; with an exemplar per bucket in OpenMetrics. */
#ifndef PAGES_METRICS_HISTOGRAM_H
#define PAGES_METRICS_HISTOGRAM_H

#include "format/exposition.h"
#include "observer/view.h"

/* timing: sums over all workers so far. */
void metrics_histogram_write(const struct exposition *out, const struct view *view,
                             const struct slot_timing *timing);

#endif
