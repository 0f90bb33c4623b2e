/* SPDX-License-Identifier: BSD-2-Clause */
/* exposition: the lines of Prometheus' text format 0.0.4. */
#ifndef FORMAT_EXPOSITION_H
#define FORMAT_EXPOSITION_H

#include <stdio.h>

#include "shared/histogram.h"

#define EXPOSITION_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct exposition_label {
    const char *name; /* NULL: the end */
    const char *value;
};

/* "# HELP" and "# TYPE"; samples follow. type: "counter", "gauge" or "histogram". */
void exposition_family(FILE *out, const char *name, const char *type, const char *help);

/* One sample. labels: ended by one without a name, or NULL. Whole numbers below 2^53 are exact.
 */
void exposition_sample(FILE *out, const char *name, const struct exposition_label *labels,
                       double value);

/* A whole histogram: its buckets, cumulated, its sum and its count. Values and bounds are
 * divided by unit. */
void exposition_histogram(FILE *out, const char *name, const struct histogram *histogram,
                          const struct histogram_scale *scale, double unit);

#endif
