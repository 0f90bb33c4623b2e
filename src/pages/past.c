/* SPDX-License-Identifier: BSD-2-Clause */
/* past: a list for each number instead of an object for each second, as charts need it. Totals
 * are shown as they are: their names and values are those of /metrics. */
#include "pages/past.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/count.h"

#define NS 1e9 /* a second's */

static const struct {
    const char *name;
    size_t offset;
    double unit; /* 1: a whole number */
} columns[] = {
    { "time_seconds", offsetof(struct history_sample, at), NS },
    { "requests_total", offsetof(struct history_sample, requests), 1 },
    { "sent_bytes_total", offsetof(struct history_sample, bytes), 1 },
    { "accepted_total", offsetof(struct history_sample, accepted), 1 },
    { "stalls_total", offsetof(struct history_sample, stalls), 1 },
    { "reads_total", offsetof(struct history_sample, reads), 1 },
    { "cpu_seconds_total", offsetof(struct history_sample, cpu), NS },
    { "user_cpu_seconds_total", offsetof(struct history_sample, user_cpu), NS },
    { "system_cpu_seconds_total", offsetof(struct history_sample, system_cpu), NS },
    { "restarts_total", offsetof(struct history_sample, restarts), 1 },
    { "connections", offsetof(struct history_sample, connections), 1 },
    { "pss_bytes", offsetof(struct history_sample, pss), 1 },
    { "generation", offsetof(struct history_sample, generation), 1 },
};

static const struct {
    const char *name;
    size_t offset;
    double part;
} quantiles[] = {
    { "time_to_first_byte_p50_seconds", offsetof(struct history_sample, first_byte), 0.5 },
    { "time_to_first_byte_p99_seconds", offsetof(struct history_sample, first_byte), 0.99 },
    { "transfer_p50_seconds", offsetof(struct history_sample, transfer), 0.5 },
    { "transfer_p99_seconds", offsetof(struct history_sample, transfer), 0.99 },
};

struct past {
    struct history_sample samples[HISTORY_SAMPLES];
    size_t count;
    size_t first; /* to show */
};

static const void *
past_at(const struct history_sample *sample, size_t offset)
{
    return (const char *)sample + offset;
}

static json_t *
past_column(const struct past *past, size_t offset, double unit)
{
    json_t *list = json_array();

    for (size_t i = past->first; i < past->count; i++) {
        const uint64_t value = *(const uint64_t *)past_at(&past->samples[i], offset);

        json_array_append_new(list, unit > 1 ? json_real((double)value / unit)
                                             : json_integer((json_int_t)value));
    }
    return list;
}

/* The percentile of the responses within the second before; null: there were none. */
static json_t *
past_quantile(const struct past *past, size_t i, size_t offset, double part)
{
    struct histogram histogram = { 0 };
    double ns;

    if (i == 0)
        return json_null();
    histogram_sum(&histogram, past_at(&past->samples[i], offset));
    histogram_subtract(&histogram, past_at(&past->samples[i - 1], offset));
    ns = histogram_quantile(&histogram, &histogram_time, part);
    return ns < 0 ? json_null() : json_real(ns / NS);
}

static json_t *
past_quantiles(const struct past *past, size_t offset, double part)
{
    json_t *list = json_array();

    for (size_t i = past->first; i < past->count; i++)
        json_array_append_new(list, past_quantile(past, i, offset, part));
    return list;
}

static json_t *
past_json(const struct past *past)
{
    json_t *value = json_object();

    json_object_set_new(value, "interval_seconds", json_real(HISTORY_INTERVAL_MS / 1e3));
    for (size_t i = 0; i < COUNT(columns); i++)
        json_object_set_new(value, columns[i].name,
                            past_column(past, columns[i].offset, columns[i].unit));
    for (size_t i = 0; i < COUNT(quantiles); i++)
        json_object_set_new(value, quantiles[i].name,
                            past_quantiles(past, quantiles[i].offset, quantiles[i].part));
    return value;
}

void
past_write(struct page *page)
{
    const size_t wanted = page->query.seconds * 1000 / HISTORY_INTERVAL_MS;
    struct past *past = malloc(sizeof(*past));
    json_t *value = NULL;

    page->type = PAGE_JSON;
    if (past) {
        past->count = history_take(page->view->history, past->samples, HISTORY_SAMPLES);
        past->first = past->count > wanted ? past->count - wanted : 0;
        value = past_json(past);
    }
    if (value == NULL ||
        json_dumpf(value, page->out, JSON_COMPACT | JSON_REAL_PRECISION(15)) < 0)
        page_refuse(page, 500, "out of memory");
    else
        fputc('\n', page->out);
    json_decref(value);
    free(past);
}
