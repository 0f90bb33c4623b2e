/* SPDX-License-Identifier: BSD-2-Clause */
/* exposition: pure formatting. Help texts must not contain line feeds, quotation marks or
 * backslashes. */
#include "format/exposition.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The length of the name of a family, which in OpenMetrics omits the suffix of its samples. */
static int
family_length(const struct exposition *out, const char *name, const char *type)
{
    const char *suffix = strcmp(type, "counter") == 0 ? "_total"
                         : strcmp(type, "info") == 0  ? "_info"
                                                      : "";
    const size_t length = strlen(name);
    const size_t less = strlen(suffix);

    assert(length > less && strcmp(name + length - less, suffix) == 0);
    return (int)(out->open ? length - less : length);
}

void
exposition_family(const struct exposition *out, const char *name, const char *type,
                  const char *help)
{
    const int length = family_length(out, name, type);
    const char *known = !out->open && strcmp(type, "info") == 0 ? "gauge" : type;

    assert(strpbrk(help, "\n\"\\") == NULL);
    fprintf(out->out, "# HELP %.*s %s\n# TYPE %.*s %s\n", length, name, help, length, name,
            known);
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

/* bound: the value of an additional label, "le"; NULL: none. */
static void
put_labels(FILE *out, const struct exposition_label *labels, const char *bound)
{
    const char *before = "{";

    for (; labels && labels->name; labels++) {
        fprintf(out, "%s%s=\"", before, labels->name);
        put_value(out, labels->value);
        fputc('"', out);
        before = ",";
    }
    if (bound) {
        fprintf(out, "%sle=\"%s\"", before, bound);
        before = ",";
    }
    if (*before == ',')
        fputc('}', out);
}

void
exposition_sample(const struct exposition *out, const char *name,
                  const struct exposition_label *labels, double value)
{
    fputs(name, out->out);
    put_labels(out->out, labels, NULL);
    if (value == floor(value) && fabs(value) < 0x1p53)
        fprintf(out->out, " %.0f\n", value);
    else
        fprintf(out->out, " %.15g\n", value);
}

static void
write_exemplar(const struct exposition *out, const struct exposition_exemplar *exemplar)
{
    if (!out->open || exemplar == NULL || exemplar->labels[0].name == NULL)
        return;
    fputs(" # ", out->out);
    put_labels(out->out, exemplar->labels, NULL);
    fprintf(out->out, " %.15g %.3f", exemplar->value, exemplar->at);
}

/* OpenMetrics requires bounds in the form of a floating-point number. */
static void
write_bucket(const struct exposition *out, const char *name,
             const struct exposition_label *labels, double bound, uint64_t count,
             const struct exposition_exemplar *exemplar)
{
    char text[32];

    if (isinf(bound))
        snprintf(text, sizeof(text), "+Inf");
    else if (out->open && bound == floor(bound))
        snprintf(text, sizeof(text), "%.1f", bound);
    else
        snprintf(text, sizeof(text), "%.15g", bound);
    fprintf(out->out, "%s_bucket", name);
    put_labels(out->out, labels, text);
    fprintf(out->out, " %" PRIu64, count);
    write_exemplar(out, exemplar);
    fputc('\n', out->out);
}

void
exposition_histogram(const struct exposition *out, const char *name,
                     const struct exposition_label *labels, const struct histogram *histogram,
                     const struct histogram_scale *scale, double unit,
                     const struct exposition_exemplar *exemplars)
{
    uint64_t count = 0;

    for (unsigned i = 0; i <= HISTOGRAM_BOUNDS; i++) {
        count += histogram->buckets[i];
        write_bucket(out, name, labels,
                     i < HISTOGRAM_BOUNDS ? (double)scale->bounds[i] / unit : (double)INFINITY,
                     count, exemplars ? &exemplars[i] : NULL);
    }
    fprintf(out->out, "%s_sum", name);
    put_labels(out->out, labels, NULL);
    fprintf(out->out, " %.15g\n%s_count", (double)histogram->sum / unit, name);
    put_labels(out->out, labels, NULL);
    fprintf(out->out, " %" PRIu64 "\n", count);
}

void
exposition_end(const struct exposition *out)
{
    if (out->open)
        fputs("# EOF\n", out->out);
}
