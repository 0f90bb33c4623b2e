/* SPDX-License-Identifier: BSD-2-Clause */
/* text: adds up values by function, sorts by flat value and name, and prints. */
#include "format/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/count.h"
#include "base/intern.h"
#include "base/saturate.h"

#define HIDDEN_BELOW 0.005 /* of the total */

struct text_row {
    const char *name; /* of the function, followed by the name of the file */
    const char *file; /* shown beside the name if other functions share it; else NULL */
    int64_t flat;
    int64_t cum;
    size_t seen; /* number of the last sample counted; recursion counts once */
};

struct table {
    enum profile_kind kind;
    unsigned value;
    struct symbols *symbols;
    struct intern *names;
    struct text_row *rows; /* by name */
    size_t capacity;
    size_t samples;
    int64_t total;
    bool failed;
};

/* --- adding up ---------------------------------------------------------------------------- */

/* Static functions in different files can have the same name. */
static size_t
number_of(struct table *table, const struct symbol *frame)
{
    const char *file = frame->home ? frame->home : "";
    const size_t name_size = strlen(frame->function) + 1;
    const size_t file_size = strlen(file) + 1;
    char *key = malloc(name_size + file_size);
    size_t number = 0;

    if (key == NULL) {
        table->failed = true;
        return 0;
    }
    memcpy(key, frame->function, name_size);
    memcpy(key + name_size, file, file_size);
    number = intern_number(table->names, key, name_size + file_size);
    free(key);
    return number;
}

static struct text_row *
row_of(struct table *table, const struct symbol *frame)
{
    size_t number = number_of(table, frame);
    size_t capacity = table->capacity > 0 ? table->capacity * 2 : 64;
    struct text_row *rows;

    if (intern_failed(table->names))
        return NULL;
    if (number < table->capacity)
        return &table->rows[number];
    if ((rows = reallocarray(table->rows, capacity, sizeof(*rows))) == NULL)
        return NULL;
    memset(rows + table->capacity, 0, (capacity - table->capacity) * sizeof(*rows));
    table->rows = rows;
    table->capacity = capacity;
    return &rows[number];
}

static void
add_frame(struct table *table, const struct symbol *frame, bool innermost, int64_t value)
{
    struct text_row *row = row_of(table, frame);

    if (row == NULL) {
        table->failed = true;
        return;
    }
    if (innermost)
        row->flat = saturate_add(row->flat, value);
    if (row->seen != table->samples)
        row->cum = saturate_add(row->cum, value);
    row->seen = table->samples;
}

static void
text_add_sample(void *argument, const struct profile_sample *sample)
{
    struct table *table = argument;
    int64_t value = sample->values[table->value];

    table->samples++;
    table->total = saturate_add(table->total, value);
    for (unsigned i = 0; i < sample->depth; i++) {
        const struct symbol *frames;
        size_t count =
            symbol_find(table->symbols, profile_address(table->kind, sample, i), &frames);

        for (size_t k = 0; k < count; k++)
            add_frame(table, &frames[k], i == 0 && k == 0, value);
    }
}

/* --- printing ----------------------------------------------------------------------------- */

static const struct text_unit {
    const char *of;
    const char *name;
    double factor;
} units[] = {
    { "nanoseconds", "hrs", 3600e9 }, { "nanoseconds", "s", 1e9 }, { "nanoseconds", "ms", 1e6 },
    { "nanoseconds", "us", 1e3 },     { "nanoseconds", "ns", 1 },  { "bytes", "GB", 0x1p30 },
    { "bytes", "MB", 0x1p20 },        { "bytes", "kB", 0x1p10 },   { "bytes", "B", 1 },
};

void
text_format(int64_t value, const char *unit, char *text, size_t size)
{
    double amount = (double)value;
    const char *name = "";

    for (size_t i = 0; value != 0 && i < COUNT(units); i++)
        if (strcmp(units[i].of, unit) == 0 && fabs(amount) >= units[i].factor) {
            amount /= units[i].factor;
            name = units[i].name;
            break;
        }
    snprintf(text, size, fabs(amount - round(amount)) < 0.005 ? "%.0f%s" : "%.2f%s", amount,
             name);
}

static double
percent(int64_t value, int64_t total)
{
    return total == 0 ? 0 : 100 * (double)value / (double)total;
}

static int
text_compare(const void *a, const void *b)
{
    const struct text_row *left = a;
    const struct text_row *right = b;

    if (saturate_magnitude(left->flat) != saturate_magnitude(right->flat))
        return saturate_magnitude(left->flat) > saturate_magnitude(right->flat) ? -1 : 1;
    if (saturate_magnitude(left->cum) != saturate_magnitude(right->cum))
        return saturate_magnitude(left->cum) > saturate_magnitude(right->cum) ? -1 : 1;
    return strcmp(left->name, right->name);
}

static int
compare_names(const void *a, const void *b)
{
    const struct text_row *left = a;
    const struct text_row *right = b;

    return strcmp(left->name, right->name);
}

static void
name_rows(struct table *table, size_t count)
{
    struct text_row *rows = table->rows;

    for (size_t i = 0; i < count; i++)
        rows[i].name = intern_key(table->names, i, NULL);
    if (count > 0)
        qsort(rows, count, sizeof(*rows), compare_names);
    for (size_t i = 0; i + 1 < count; i++)
        if (strcmp(rows[i].name, rows[i + 1].name) == 0)
            rows[i].file = rows[i + 1].file = "";
    for (size_t i = 0; i < count; i++)
        if (rows[i].file)
            rows[i].file = rows[i].name + strlen(rows[i].name) + 1;
}

/* Sorts, moves rows that are too small to the end, and returns the number of the others. */
static size_t
arrange(struct table *table)
{
    size_t count = intern_count(table->names);
    double least = HIDDEN_BELOW * fabs((double)table->total);
    size_t shown = 0;

    name_rows(table, count);
    for (size_t i = 0; i < count; i++) {
        struct text_row row = table->rows[i];

        if (row.cum == 0 || fabs((double)row.cum) < least)
            continue;
        table->rows[i] = table->rows[shown];
        table->rows[shown++] = row;
    }
    if (shown > 0)
        qsort(table->rows, shown, sizeof(*table->rows), text_compare);
    return shown;
}

static void
print_times(const struct profile *profile, const struct table *table, const char *unit,
            FILE *out)
{
    time_t second = (time_t)(profile->begin / 1000000000u);
    char duration[32];
    char total[32];
    char date[64];
    struct tm when;

    strftime(date, sizeof(date), "%b %-d, %Y at %H:%M:%S (UTC)", gmtime_r(&second, &when));
    text_format((int64_t)profile->duration, "nanoseconds", duration, sizeof(duration));
    text_format(table->total, unit, total, sizeof(total));
    fprintf(out, "Time: %s\nDuration: %s, Total samples = %s", date, duration, total);
    if (strcmp(unit, "nanoseconds") == 0)
        fprintf(out, " (%.2f%%)", percent(table->total, (int64_t)profile->duration));
    fputc('\n', out);
}

/* A small worker may allocate less than the sampling interval. */
static void
print_rate(const struct profile *profile, size_t shown, FILE *out)
{
    char rate[32];

    if (profile->kind != PROFILE_HEAP || profile->rate == 0)
        return;
    text_format((int64_t)profile->rate, "bytes", rate, sizeof(rate));
    fprintf(out, "One sample for each %s of allocations, on average\n", rate);
    if (shown == 0 && profile->rate > 1)
        fprintf(out, "No samples: a smaller [profile] sample_bytes takes more\n");
}

static void
print_head(const struct profile *profile, const struct table *table, const struct maps *maps,
           size_t shown, FILE *out)
{
    const struct profile_type *type = &profile_meaning(profile->kind)->types[table->value];
    size_t dropped = intern_count(table->names) - shown;
    int64_t flat = 0;
    char part[32];
    char total[32];

    for (size_t i = 0; i < shown; i++)
        flat = saturate_add(flat, table->rows[i].flat);
    if (maps->count > 0) {
        const char *slash = strrchr(maps->items[0].path, '/');

        fprintf(out, "File: %s\n", slash ? slash + 1 : maps->items[0].path);
    }
    fprintf(out, "Type: %s\n", type->name);
    print_times(profile, table, type->unit, out);
    print_rate(profile, shown, out);
    text_format(flat, type->unit, part, sizeof(part));
    text_format(table->total, type->unit, total, sizeof(total));
    fprintf(out, "Showing nodes accounting for %s, %.4g%% of %s total\n", part,
            percent(flat, table->total), total);
    if (dropped > 0)
        fprintf(out, "Dropped %zu node%s (cum < %.1f%%)\n", dropped, dropped == 1 ? "" : "s",
                100 * HIDDEN_BELOW);
}

static void
print_rows(const struct table *table, size_t shown, const char *unit, FILE *out)
{
    int64_t sum = 0;

    fprintf(out, "%10s %6s %6s %10s %6s\n", "flat", "flat%", "sum%", "cum", "cum%");
    for (size_t i = 0; i < shown; i++) {
        const struct text_row *row = &table->rows[i];
        char flat[32];
        char cum[32];

        sum = saturate_add(sum, row->flat);
        text_format(row->flat, unit, flat, sizeof(flat));
        text_format(row->cum, unit, cum, sizeof(cum));
        fprintf(out, "%10s %5.2f%% %5.2f%% %10s %5.2f%%  %s%s%s\n", flat,
                percent(row->flat, table->total), percent(sum, table->total), cum,
                percent(row->cum, table->total), row->name, row->file ? " " : "",
                row->file ? row->file : "");
    }
}

int
text_write(const struct profile *profile, unsigned value, const struct maps *maps,
           struct symbols *symbols, FILE *out)
{
    struct table table = {
        .kind = profile->kind, .value = value, .symbols = symbols, .names = intern_create()
    };
    int error = -ENOMEM;

    profile_each(profile, text_add_sample, &table);
    if (!table.failed && table.names) {
        size_t shown = arrange(&table);

        print_head(profile, &table, maps, shown, out);
        print_rows(&table, shown, profile_meaning(profile->kind)->types[value].unit, out);
        error = 0;
    }
    free(table.rows);
    intern_free(table.names);
    return error;
}
