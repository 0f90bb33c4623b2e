/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics_cost: the costs of cost.h, for Prometheus. */
#ifndef PAGES_METRICS_COST_H
#define PAGES_METRICS_COST_H

#include <stdio.h>

#include "observer/view.h"

void metrics_cost_write(FILE *out, const struct view *view);

#endif
