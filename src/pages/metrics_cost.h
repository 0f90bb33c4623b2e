/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics_cost: the costs of cost.h, for Prometheus. */
#ifndef PAGES_METRICS_COST_H
#define PAGES_METRICS_COST_H

#include "format/exposition.h"

#include "observer/view.h"

void metrics_cost_write(const struct exposition *out, const struct view *view);

#endif
