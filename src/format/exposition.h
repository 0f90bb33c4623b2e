/* SPDX-License-Identifier: BSD-2-Clause */
/* exposition: the lines of Prometheus' text format 0.0.4, and of OpenMetrics 1.0. */
#ifndef FORMAT_EXPOSITION_H
#define FORMAT_EXPOSITION_H

#include <stdbool.h>
#include <stdio.h>

#include "shared/histogram.h"

#define EXPOSITION_TEXT "text/plain; version=0.0.4; charset=utf-8"
#define EXPOSITION_OPEN "application/openmetrics-text; version=1.0.0; charset=utf-8"

struct exposition {
    FILE *out;
    bool open; /* OpenMetrics, where the name of a family of counters omits "_total" */
};

struct exposition_label {
    const char *name; /* NULL terminates the list */
    const char *value;
};

/* "# HELP" and "# TYPE"; samples follow. type: "counter", "gauge", "histogram", or "info" for a
 * gauge that is always 1, whose name ends in "_info". */
void exposition_family(const struct exposition *out, const char *name, const char *type,
                       const char *help);

/* Writes a sample. labels: terminated by one without a name, or NULL. Whole numbers below 2^53
 * are exact. */
void exposition_sample(const struct exposition *out, const char *name,
                       const struct exposition_label *labels, double value);

/* An example of a value in a bucket. */
struct exposition_exemplar {
    struct exposition_label
        labels[2]; /* the last one has no name; no exemplar if the first has none */
    double value;
    double at; /* seconds since the epoch */
};

/* Writes a histogram: its cumulative buckets, its sum and its count. Values and bounds are
 * divided by unit. exemplars: one per bucket, for OpenMetrics only; NULL: none. */
void exposition_histogram(const struct exposition *out, const char *name,
                          const struct exposition_label *labels,
                          const struct histogram *histogram,
                          const struct histogram_scale *scale, double unit,
                          const struct exposition_exemplar *exemplars);

/* Writes the end of the page. */
void exposition_end(const struct exposition *out);

#endif
