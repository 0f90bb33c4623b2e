/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overview: a worker of the second look is the one of the first if generation, number and
 * process are the same; otherwise it has no rates yet.
 */
#include "ctl/overview.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "ctl/fields.h"

struct rates {
    double requests; /* a second */
    double bytes;
    double cpu; /* CPUs */
};

/* Does the line begin with this name? */
static bool
overview_is(struct span line, const char *name)
{
    const size_t length = strlen(name);

    return line.length > length && memcmp(line.at, name, length) == 0 && line.at[length] == '=';
}

static struct span
find_worker(const char *text, struct span wanted)
{
    static const char *const keys[] = { "worker", "generation", "pid" };
    struct span rest = span_of(text);
    struct span line;

    while (fields_next_line(&rest, &line)) {
        bool same = overview_is(line, "worker");

        for (size_t i = 0; i < 3; i++)
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

static struct rates
rates_of(const char *first, struct span after, double seconds)
{
    const struct span before = find_worker(first, after);

    if (before.length == 0 || seconds <= 0)
        return (struct rates){ 0 };
    return (struct rates){
        .requests = rate(before, after, "requests", seconds),
        .bytes = rate(before, after, "bytes", seconds),
        .cpu = rate(before, after, "cpu_ms", seconds) / 1000,
    };
}

static struct span
first_line(const char *text)
{
    struct span rest = span_of(text);
    struct span line = SPAN("");

    (void)!fields_next_line(&rest, &line);
    return line;
}

static void
overview_time(FILE *out, uint64_t seconds)
{
    const time_t moment = (time_t)seconds;
    char text[32];
    struct tm utc;

    gmtime_r(&moment, &utc);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    fputs(text, out);
}

static void
print_daemon(struct span line, FILE *out)
{
    const struct span version = fields_find(line, "version");
    const struct span file = fields_find(line, "config");

    fprintf(out, "tiffd %.*s, process %" PRIu64 ", started ", (int)version.length, version.at,
            fields_number(line, "pid"));
    overview_time(out, fields_number(line, "started"));
    fprintf(out, ", %.*s\n", (int)file.length, file.at);
}

static void
print_reload(struct span line, FILE *out)
{
    const struct span outcome = fields_find(line, "reload");
    const struct span reason = fields_find(line, "reason");

    fprintf(out, "last load ");
    overview_time(out, fields_number(line, "at"));
    fprintf(out, ": %.*s%s%.*s\n", (int)outcome.length, outcome.at, reason.length ? ": " : "",
            (int)reason.length, reason.at);
}

static void
print_generation(struct span line, FILE *out)
{
    const struct span state = fields_find(line, "state");
    const struct span variant = fields_find(line, "variant");

    fprintf(out,
            "\ngeneration %" PRIu64 " %.*s, %.*s, %" PRIu64 " objects\n"
            "worker      pid  connections  requests/s      MB/s   CPU  s/GB    requests"
            "          MB  restarts\n",
            fields_number(line, "generation"), (int)state.length, state.at, (int)variant.length,
            variant.at, fields_number(line, "objects"));
}

static void
print_worker(struct span line, const struct rates *rates, FILE *out)
{
    fprintf(out, "%6" PRIu64 " %8" PRIu64 "  %11" PRIu64 "  %10.0f  %8.1f  %4.2f",
            fields_number(line, "worker"), fields_number(line, "pid"),
            fields_number(line, "connections"), rates->requests, rates->bytes / 1e6,
            rates->cpu);
    if (rates->bytes >= 1e6)
        fprintf(out, "  %4.2f", rates->cpu / (rates->bytes / 1e9));
    else
        fprintf(out, "  %4s", "-");
    fprintf(out, "  %10" PRIu64 "  %10.1f  %8" PRIu64 "\n", fields_number(line, "requests"),
            (double)fields_number(line, "bytes") / 1e6, fields_number(line, "restarts"));
}

void
overview_print(const char *first, const char *second, FILE *out)
{
    const double seconds = (double)(fields_number(first_line(second), "clock_ms") -
                                    fields_number(first_line(first), "clock_ms")) /
                           1000;
    struct span rest = span_of(second);
    struct span line;

    while (fields_next_line(&rest, &line)) {
        const struct rates rates = rates_of(first, line, seconds);

        if (overview_is(line, "version"))
            print_daemon(line, out);
        else if (overview_is(line, "reload"))
            print_reload(line, out);
        else if (overview_is(line, "generation"))
            print_generation(line, out);
        else if (overview_is(line, "worker"))
            print_worker(line, &rates, out);
    }
}

/* --- JSON --------------------------------------------------------------------------------- */

static bool
is_number(struct span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.length > 0 && text.length < 19;
}

static json_t *
object_of(struct span line)
{
    json_t *object = json_object();
    struct span name;
    struct span value;

    while (fields_next(&line, &name, &value)) {
        char key[64];

        snprintf(key, sizeof(key), "%.*s", (int)name.length, name.at);
        json_object_set_new(object, key,
                            is_number(value) ? json_integer(strtoll(value.at, NULL, 10))
                                             : json_stringn_nocheck(value.at, value.length));
    }
    return object;
}

void
overview_print_json(const char *second, FILE *out)
{
    json_t *generations = json_array();
    json_t *workers = json_array();
    json_t *all = json_pack("{s:{}, s:{}, s:o, s:o}", "daemon", "reload", "generations",
                            generations, "workers", workers);
    struct span rest = span_of(second);
    struct span line;

    while (fields_next_line(&rest, &line)) {
        json_t *object = object_of(line);

        if (overview_is(line, "version"))
            json_object_set_new(all, "daemon", object);
        else if (overview_is(line, "reload"))
            json_object_set_new(all, "reload", object);
        else
            json_array_append_new(overview_is(line, "worker") ? workers : generations, object);
    }
    json_dumpf(all, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(all);
}
