/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics_histogram: how long responses of the daemon as a whole take, and how large they are,
 * for Prometheus; with a request of each bucket, where the client understands that. */
#ifndef PAGES_METRICS_HISTOGRAM_H
#define PAGES_METRICS_HISTOGRAM_H

#include "format/exposition.h"
#include "observer/view.h"

/* timing: of all workers that there have been. */
void metrics_histogram_write(const struct exposition *out, const struct view *view,
                             const struct slot_timing *timing);

#endif
