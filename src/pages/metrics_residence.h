/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics_residence: how much of the objects is in memory, for Prometheus. */
#ifndef PAGES_METRICS_RESIDENCE_H
#define PAGES_METRICS_RESIDENCE_H

#include "format/exposition.h"

#include "observer/view.h"

/* Sums, and the largest objects. */
void metrics_residence_write(const struct exposition *out, const struct view *view);

#endif
