/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics_section: latency by section of the configuration, for Prometheus. */
#ifndef PAGES_METRICS_SECTION_H
#define PAGES_METRICS_SECTION_H

#include "format/exposition.h"
#include "observer/view.h"

void metrics_section_write(const struct exposition *out, const struct view *view);

#endif
