/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * type_access: options of the access log.
 */
#include <string.h>

#include "base/count.h"
#include "base/memory.h"
#include "config/access_format.h"
#include "config/setting.h"
#include "config/type.h"

/* What a format means is read again where lines are written. */
static void
parse_format(const struct setting *setting, union option_field field)
{
    struct access_format format;
    struct span found;
    const char *reason =
        access_format_read(&format, setting->value, ACCESS_ESCAPE_DEFAULT, &found);

    if (reason) {
        setting_refuse(setting, found, reason);
        return;
    }
    memory_free(*field.text);
    *field.text = memory_copy(setting->value);
}

static void
print_format(const struct config_option *option, union option_view field, FILE *out)
{
    fprintf(out, "%s = %s\n", option->key, *field.text);
}

static void
clear_format(union option_field field)
{
    memory_free(*field.text);
    *field.text = NULL;
}

/* --- classes of status codes -------------------------------------------------------------- */

static const char *const classes[] = { "1xx", "2xx", "3xx", "4xx", "5xx" };

#define ALL_CLASSES ((1U << COUNT(classes)) - 1)

/* Its bit; 0: it is none. */
static unsigned
class_of(struct span text)
{
    for (unsigned i = 0; i < COUNT(classes); i++)
        if (span_equal(text, span_of(classes[i])))
            return 1U << i;
    return 0;
}

static void
parse_statuses(const struct setting *setting, union option_field field)
{
    struct span rest = span_of(setting->value);
    unsigned set = strcmp(setting->value, "all") == 0 ? ALL_CLASSES : 0;

    while (set != ALL_CLASSES && rest.at) {
        const struct span text = span_trim(span_cut(&rest, ','));
        const unsigned bit = class_of(text);

        if (bit == 0) {
            setting_refuse(setting, text, "is not a class of status codes");
            return;
        }
        set |= bit;
    }
    *field.number = set;
}

static void
print_statuses(const struct config_option *option, union option_view field, FILE *out)
{
    const char *joint = "";

    fprintf(out, "%s = ", option->key);
    if (*field.number == ALL_CLASSES)
        fputs("all", out);
    for (unsigned i = 0; i < COUNT(classes) && *field.number != ALL_CLASSES; i++)
        if (*field.number >> i & 1) {
            fprintf(out, "%s%s", joint, classes[i]);
            joint = ", ";
        }
    fputc('\n', out);
}

const struct option_type type_format = {
    .parse = parse_format,
    .print = print_format,
    .clear = clear_format,
    .accepts = "common, combined, extended, json, or text with variables such as $status",
};

const struct option_type type_statuses = {
    .parse = parse_statuses,
    .print = print_statuses,
    .accepts = "all, or classes such as 4xx, 5xx",
};
