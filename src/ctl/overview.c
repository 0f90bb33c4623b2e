/* SPDX-License-Identifier: BSD-2-Clause */
/* overview: ignores unknown lines, which come from a newer daemon. */
#include "ctl/overview.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "ctl/fields.h"

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
print_listeners(const char *reply, FILE *out)
{
    struct span rest = span_of(reply);
    struct span line;
    size_t count = 0;

    while (fields_next_line(&rest, &line)) {
        const struct span address = fields_find(line, "address");

        if (!rates_is(line, "listener"))
            continue;
        fprintf(out, "%s%.*s", count++ > 0 ? ", " : "listening on ", (int)address.length,
                address.at);
        if (span_equal(fields_find(line, "listener"), SPAN("debug")))
            fputs(" (debug)", out);
    }
    if (count > 0)
        fputc('\n', out);
}

void
overview_head(const char *reply, FILE *out)
{
    print_daemon(rates_line(reply, "version"), out);
    print_listeners(reply, out);
    print_reload(rates_line(reply, "reload"), out);
}

static void
print_generation(struct span line, FILE *out)
{
    const struct span state = fields_find(line, "state");
    const struct span variant = fields_find(line, "variant");

    fprintf(out, "\ngeneration %" PRIu64 " %.*s, %.*s, %" PRIu64 " objects\n",
            fields_number(line, "generation"), (int)state.length, state.at, (int)variant.length,
            variant.at, fields_number(line, "objects"));
    overview_titles(out);
}

void
overview_titles(FILE *out)
{
    fputs("worker      pid  connections  requests/s    GB/s   user    sys   PSS MB  s/GB"
          "    requests          GB  restarts\n",
          out);
}

/* Prints value with so many digits after the point, or "-" if it is unknown. */
static void
print_unless(bool known, double value, int digits, int width, FILE *out)
{
    if (known)
        fprintf(out, "  %*.*f", width, digits, value);
    else
        fprintf(out, "  %*s", width, "-");
}

void
overview_row(const struct rates_row *row, const char *label, FILE *out)
{
    if (label)
        fprintf(out, "%-15s", label);
    else
        fprintf(out, "%6" PRIu64 " %8" PRIu64, row->worker, row->pid);
    fprintf(out, "  %11" PRIu64 "  %10.0f  %6.3f  %5.2f  %5.2f", row->connections,
            row->requests_s, row->bytes_s / 1e9, row->user, row->system);
    print_unless(row->has_pss, (double)row->pss / 1e6, 1, 7, out);
    print_unless(rates_cost(row) >= 0, rates_cost(row), 2, 4, out);
    fprintf(out, "  %10" PRIu64 "  %10.3f  %8" PRIu64 "\n", row->requests,
            (double)row->bytes / 1e9, row->restarts);
}

void
overview_print(const char *reply, const struct rates *rates, FILE *out)
{
    const struct rates_row total = rates_total(rates);
    struct span rest = span_of(reply);
    struct span line;
    size_t worker = 0;

    overview_head(reply, out);
    while (fields_next_line(&rest, &line)) {
        if (rates_is(line, "generation"))
            print_generation(line, out);
        else if (rates_is(line, "worker") && worker < rates->count)
            overview_row(&rates->rows[worker++], NULL, out);
    }
    if (rates->count > 1)
        overview_row(&total, "all", out);
}
