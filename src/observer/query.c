/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * query: a table of parameters, each with a function that reads a value and one that says what
 * it would have accepted. All values are words and numbers, so nothing is percent-decoded.
 */
#include "observer/query.h"

#include <limits.h>
#include <stdio.h>

#include "base/count.h"
#include "observer/scope.h"

static bool
query_read_number(struct span text, unsigned least, unsigned most, unsigned *number)
{
    uint64_t value = 0;

    if (text.length == 0 || text.length > 10)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text.at[i] - '0');
    }
    *number = (unsigned)value;
    return value >= least && value <= most;
}

/* --- the parameters ----------------------------------------------------------------------- */

static bool
read_worker(struct query *query, struct span text, const struct query_rules *rules)
{
    unsigned worker;

    query->worker = SCOPE_ALL;
    if (span_equal(text, SPAN("all")))
        return true;
    if (!query_read_number(text, 0, rules->workers - 1, &worker))
        return false;
    query->worker = (int)worker;
    return true;
}

static void
line_sink_worker(const struct query_rules *rules, FILE *out)
{
    fprintf(out, "0 to %u, all", rules->workers - 1);
}

static bool
read_seconds(struct query *query, struct span text, const struct query_rules *rules)
{
    return query_read_number(text, rules->whole ? 0 : 1, QUERY_SECONDS_MAX, &query->seconds);
}

static void
line_sink_seconds(const struct query_rules *rules, FILE *out)
{
    fprintf(out, "%d to %d", rules->whole ? 0 : 1, QUERY_SECONDS_MAX);
}

static const struct {
    struct span name;
    enum query_format format;
} formats[] = {
    { { "proto", 5 }, QUERY_PROTO },   { { "text", 4 }, QUERY_TEXT },
    { { "legacy", 6 }, QUERY_LEGACY }, { { "folded", 6 }, QUERY_FOLDED },
    { { "flame", 5 }, QUERY_FLAME },   { { "svg", 3 }, QUERY_SVG },
    { { "json", 4 }, QUERY_JSON },
};

static bool
has_format(const struct query_rules *rules, size_t number)
{
    return (rules->formats & QUERY_FORMAT_BIT(formats[number].format)) != 0;
}

static bool
read_format(struct query *query, struct span text, const struct query_rules *rules)
{
    for (size_t i = 0; i < COUNT(formats); i++)
        if (has_format(rules, i) && span_equal(text, formats[i].name)) {
            query->format = formats[i].format;
            return true;
        }
    return false;
}

static void
line_sink_format(const struct query_rules *rules, FILE *out)
{
    const char *before = "";

    for (size_t i = 0; i < COUNT(formats); i++) {
        if (!has_format(rules, i))
            continue;
        fprintf(out, "%s%s", before, formats[i].name.at);
        before = ", ";
    }
}

static bool
read_sample_index(struct query *query, struct span text, const struct query_rules *rules)
{
    const struct profile_meaning *meaning = profile_meaning(rules->kind);

    for (unsigned i = 0; i < meaning->count; i++)
        if (span_equal(text, span_of(meaning->types[i].name))) {
            query->sample_index = (int)i;
            return true;
        }
    return false;
}

static void
line_sink_sample_index(const struct query_rules *rules, FILE *out)
{
    const struct profile_meaning *meaning = profile_meaning(rules->kind);

    for (unsigned i = 0; i < meaning->count; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", meaning->types[i].name);
}

static bool
read_debug(struct query *query, struct span text, const struct query_rules *rules)
{
    (void)rules;
    query->debug_given = true;
    return query_read_number(text, 0, 2, &query->debug);
}

static void
line_sink_debug(const struct query_rules *rules, FILE *out)
{
    (void)rules;
    fputs("0 to 2", out);
}

static bool
query_read_arguments(struct query *query, struct span text, const struct query_rules *rules)
{
    (void)rules;
    return query_read_number(text, 0, 1, &query->arguments);
}

static void
line_sink_arguments(const struct query_rules *rules, FILE *out)
{
    (void)rules;
    fputs("0, 1", out);
}

static bool
query_read_connection(struct query *query, struct span text, const struct query_rules *rules)
{
    (void)rules;
    return query_read_number(text, 1, UINT_MAX, &query->connection);
}

static void
line_sink_connection(const struct query_rules *rules, FILE *out)
{
    (void)rules;
    fprintf(out, "1 to %u", UINT_MAX);
}

static bool
query_read_limit(struct query *query, struct span text, const struct query_rules *rules)
{
    (void)rules;
    return query_read_number(text, 1, QUERY_LIMIT_MAX, &query->limit);
}

static void
line_sink_limit(const struct query_rules *rules, FILE *out)
{
    (void)rules;
    fprintf(out, "1 to %u", QUERY_LIMIT_MAX);
}

static const struct parameter {
    struct span name;
    unsigned bit;
    bool (*read)(struct query *query, struct span text, const struct query_rules *rules);
    void (*tell)(const struct query_rules *rules, FILE *out);
} parameters[] = {
    { { "worker", 6 }, QUERY_WORKER, read_worker, line_sink_worker },
    { { "seconds", 7 }, QUERY_SECONDS, read_seconds, line_sink_seconds },
    { { "format", 6 }, QUERY_FORMAT, read_format, line_sink_format },
    { { "sample_index", 12 }, QUERY_SAMPLE_INDEX, read_sample_index, line_sink_sample_index },
    { { "debug", 5 }, QUERY_DEBUG, read_debug, line_sink_debug },
    { { "connection", 10 }, QUERY_CONNECTION, query_read_connection, line_sink_connection },
    { { "arguments", 9 }, QUERY_ARGUMENTS, query_read_arguments, line_sink_arguments },
    { { "limit", 5 }, QUERY_LIMIT, query_read_limit, line_sink_limit },
};

/* --- the whole ---------------------------------------------------------------------------- */

static const struct parameter *
query_find(struct span name, const struct query_rules *rules)
{
    for (size_t i = 0; i < COUNT(parameters); i++)
        if (rules->accepted & parameters[i].bit && span_equal(name, parameters[i].name))
            return &parameters[i];
    return NULL;
}

/* Too long a text is cut off: it is a hint for people. */
static void
explain(const struct parameter *parameter, struct span value, const struct query_rules *rules,
        char error[QUERY_ERROR_MAX])
{
    FILE *out = fmemopen(error, QUERY_ERROR_MAX, "w");

    error[0] = '\0';
    if (out == NULL)
        return;
    fprintf(out, "%s: \"%.*s\"; accepted: ", parameter->name.at,
            value.length < 64 ? (int)value.length : 64, value.at ? value.at : "");
    parameter->tell(rules, out);
    fclose(out);
    error[QUERY_ERROR_MAX - 1] = '\0';
}

bool
query_read(struct query *query, struct span text, const struct query_rules *rules,
           char error[QUERY_ERROR_MAX])
{
    unsigned seen = 0;

    *query =
        (struct query){ .worker = SCOPE_ALL, .seconds = rules->seconds, .sample_index = -1 };
    while (text.length > 0) {
        struct span value = span_cut(&text, '&');
        struct span name = span_cut(&value, '=');
        const struct parameter *parameter = query_find(name, rules);

        if (parameter == NULL)
            continue;
        if (seen & parameter->bit) {
            snprintf(error, QUERY_ERROR_MAX, "%s: given twice", parameter->name.at);
            return false;
        }
        if (!parameter->read(query, value, rules)) {
            explain(parameter, value, rules, error);
            return false;
        }
        seen |= parameter->bit;
    }
    return true;
}

enum query_format
query_choose(const struct query *query, bool gzip, bool legacy)
{
    if (query->format != QUERY_UNSPECIFIED)
        return query->format;
    if (query->debug > 0)
        return QUERY_TEXT;
    if (query->debug_given || gzip)
        return QUERY_PROTO;
    return legacy ? QUERY_LEGACY : QUERY_TEXT;
}
