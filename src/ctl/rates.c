/* SPDX-License-Identifier: BSD-2-Clause */
/* rates: compares workers of two replies if generation, number and process are the same. */
#include "ctl/rates.h"

#include "base/count.h"
#include "base/memory.h"
#include "ctl/fields.h"

#define SENT_LEAST 1e6 /* bytes a second; below, a cost per byte means nothing */

bool
rates_is(struct span line, const char *name)
{
    const size_t length = strlen(name);

    return line.length > length && memcmp(line.at, name, length) == 0 && line.at[length] == '=';
}

struct span
rates_line(const char *text, const char *name)
{
    struct span rest = span_of(text);
    struct span line;

    while (fields_next_line(&rest, &line))
        if (rates_is(line, name))
            return line;
    return SPAN("");
}

static struct span
find_worker(const char *text, struct span wanted)
{
    static const char *const keys[] = { "worker", "generation", "pid" };
    struct span rest = span_of(text);
    struct span line;

    while (fields_next_line(&rest, &line)) {
        bool same = rates_is(line, "worker");

        for (size_t i = 0; i < COUNT(keys); i++)
            same = same && span_equal(fields_find(line, keys[i]), fields_find(wanted, keys[i]));
        if (same)
            return line;
    }
    return SPAN("");
}

static double
rate(struct span before, struct span after, const char *name, double seconds)
{
    return (double)(fields_number(after, name) - fields_number(before, name)) / seconds;
}

static struct rates_row
worker_rates(struct span line, struct span before, double seconds)
{
    struct rates_row row = {
        .worker = fields_number(line, "worker"),
        .generation = fields_number(line, "generation"),
        .pid = fields_number(line, "pid"),
        .connections = fields_number(line, "connections"),
        .requests = fields_number(line, "requests"),
        .bytes = fields_number(line, "bytes"),
        .restarts = fields_number(line, "restarts"),
    };

    if (before.length == 0 || seconds <= 0)
        return row;
    row.requests_s = rate(before, line, "requests", seconds);
    row.bytes_s = rate(before, line, "bytes", seconds);
    row.user = rate(before, line, "user_ms", seconds) / 1000;
    row.system = rate(before, line, "system_ms", seconds) / 1000;
    return row;
}

static double
seconds_between(const char *first, const char *second)
{
    return (double)(fields_number(rates_line(second, "version"), "clock_ms") -
                    fields_number(rates_line(first, "version"), "clock_ms")) /
           1000;
}

void
rates_compare(struct rates *rates, const char *first, const char *second, rates_pss *pss)
{
    const double seconds = seconds_between(first, second);
    struct span rest = span_of(second);
    struct span line;

    *rates = (struct rates){ 0 };
    while (fields_next_line(&rest, &line)) {
        struct rates_row row;

        if (!rates_is(line, "worker"))
            continue;
        row = worker_rates(line, find_worker(first, line), seconds);
        row.has_pss = pss && row.pid > 0 && pss((pid_t)row.pid, &row.pss);
        rates->rows = memory_grow(rates->rows, rates->count + 1, sizeof(row));
        rates->rows[rates->count++] = row;
    }
}

void
rates_free(struct rates *rates)
{
    memory_free(rates->rows);
    *rates = (struct rates){ 0 };
}

struct rates_row
rates_total(const struct rates *rates)
{
    struct rates_row total = { .has_pss = rates->count > 0 };

    for (size_t i = 0; i < rates->count; i++) {
        const struct rates_row *row = &rates->rows[i];

        total.connections += row->connections;
        total.requests += row->requests;
        total.bytes += row->bytes;
        total.restarts += row->restarts;
        total.requests_s += row->requests_s;
        total.bytes_s += row->bytes_s;
        total.user += row->user;
        total.system += row->system;
        total.has_pss = total.has_pss && row->has_pss;
        total.pss += row->pss;
    }
    return total;
}

double
rates_cost(const struct rates_row *row)
{
    return row->bytes_s >= SENT_LEAST ? (row->user + row->system) / (row->bytes_s / 1e9) : -1;
}
