/* SPDX-License-Identifier: BSD-2-Clause */
/* exposition: see exposition.h; pure formatting. Help must hold no line feed nor backslash. */
#include "format/exposition.h"

#include <assert.h>
#include <math.h>
#include <string.h>

void
exposition_family(FILE *out, const char *name, const char *type, const char *help)
{
    assert(strpbrk(help, "\n\\") == NULL);
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
put_value(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            fputs("\\n", out);
        else if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
}

static void
put_labels(FILE *out, const struct exposition_label *labels)
{
    if (labels == NULL || labels->name == NULL)
        return;
    for (const struct exposition_label *label = labels; label->name; label++) {
        fprintf(out, "%c%s=\"", label == labels ? '{' : ',', label->name);
        put_value(out, label->value);
        fputc('"', out);
    }
    fputc('}', out);
}

void
exposition_sample(FILE *out, const char *name, const struct exposition_label *labels,
                  double value)
{
    fputs(name, out);
    put_labels(out, labels);
    if (value == floor(value) && fabs(value) < 0x1p53)
        fprintf(out, " %.0f\n", value);
    else
        fprintf(out, " %.15g\n", value);
}

void
exposition_histogram(FILE *out, const char *name, const struct histogram *histogram,
                     const struct histogram_scale *scale, double unit)
{
    uint64_t count = 0;

    for (unsigned i = 0; i <= HISTOGRAM_BOUNDS; i++) {
        count += histogram->buckets[i];
        if (i < HISTOGRAM_BOUNDS)
            fprintf(out, "%s_bucket{le=\"%.15g\"} %llu\n", name,
                    (double)scale->bounds[i] / unit, (unsigned long long)count);
    }
    fprintf(out, "%s_bucket{le=\"+Inf\"} %llu\n", name, (unsigned long long)count);
    fprintf(out, "%s_sum %.15g\n", name, (double)histogram->sum / unit);
    fprintf(out, "%s_count %llu\n", name, (unsigned long long)count);
}
