/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * type_number: options that are numbers, with or without units, held against the range of their
 * row.
 */
#include <stdlib.h>
#include <string.h>

#include "config/cpu.h"
#include "config/setting.h"
#include "config/type.h"
#include "config/unit.h"

static bool
parse_scaled(const struct setting *setting, enum unit_scale scale, uint64_t *value)
{
    const char *reason = unit_parse(scale, setting->value, value);

    if (reason == NULL && *value < setting->option->minimum)
        reason = "is below the minimum";
    if (reason == NULL && *value > setting->option->maximum)
        reason = "is above the maximum";
    if (reason)
        setting_refuse(setting, span_of(setting->value), reason);
    return reason == NULL;
}

static void
parse_wide(const struct setting *setting, enum unit_scale scale, union option_field field)
{
    uint64_t value;

    if (parse_scaled(setting, scale, &value))
        *field.wide = value;
}

static void
print_scaled(const struct config_option *option, enum unit_scale scale, uint64_t value,
             FILE *out)
{
    char text[UNIT_TEXT_SIZE];

    unit_print(scale, value, text);
    fprintf(out, "%s = %s\n", option->key, text);
}

static void
describe_range(const struct config_option *option, enum unit_scale scale, const char *suffix,
               char text[static TYPE_TEXT_SIZE])
{
    char minimum[UNIT_TEXT_SIZE];
    char maximum[UNIT_TEXT_SIZE];

    unit_print(scale, option->minimum, minimum);
    unit_print(scale, option->maximum, maximum);
    snprintf(text, TYPE_TEXT_SIZE, "%s to %s%s", minimum, maximum, suffix);
}

static void
parse_number(const struct setting *setting, union option_field field)
{
    uint64_t value;

    if (parse_scaled(setting, UNIT_PLAIN, &value))
        *field.number = (unsigned)value;
}

static void
parse_workers(const struct setting *setting, union option_field field)
{
    if (strcmp(setting->value, "auto") == 0)
        *field.number = cpu_available((unsigned)setting->option->maximum);
    else
        parse_number(setting, field);
}

/* Three or four octal digits, as chmod(1) takes them. */
static void
parse_mode(const struct setting *setting, union option_field field)
{
    const char *value = setting->value;
    size_t length = strlen(value);

    if (length < 3 || length > 4 || strspn(value, "01234567") != length ||
        strtoul(value, NULL, 8) > setting->option->maximum)
        setting_refuse(setting, span_of(value), "is not a file mode");
    else
        *field.number = (unsigned)strtoul(value, NULL, 8);
}

static void
parse_count(const struct setting *setting, union option_field field)
{
    parse_wide(setting, UNIT_PLAIN, field);
}

static void
parse_size(const struct setting *setting, union option_field field)
{
    parse_wide(setting, UNIT_SIZE, field);
}

static void
parse_time(const struct setting *setting, union option_field field)
{
    parse_wide(setting, UNIT_TIME, field);
}

static void
print_number(const struct config_option *option, union option_view field, FILE *out)
{
    print_scaled(option, UNIT_PLAIN, *field.number, out);
}

static void
print_mode(const struct config_option *option, union option_view field, FILE *out)
{
    fprintf(out, "%s = %04o\n", option->key, *field.number);
}

static void
print_count(const struct config_option *option, union option_view field, FILE *out)
{
    print_scaled(option, UNIT_PLAIN, *field.wide, out);
}

static void
print_size(const struct config_option *option, union option_view field, FILE *out)
{
    print_scaled(option, UNIT_SIZE, *field.wide, out);
}

static void
print_time(const struct config_option *option, union option_view field, FILE *out)
{
    print_scaled(option, UNIT_TIME, *field.wide, out);
}

static void
describe_number(const struct config_option *option, char text[static TYPE_TEXT_SIZE])
{
    describe_range(option, UNIT_PLAIN, "", text);
}

static void
describe_workers(const struct config_option *option, char text[static TYPE_TEXT_SIZE])
{
    describe_range(option, UNIT_PLAIN, " or auto", text);
}

static void
describe_mode(const struct config_option *option, char text[static TYPE_TEXT_SIZE])
{
    snprintf(text, TYPE_TEXT_SIZE, "up to %04o, three or four octal digits",
             (unsigned)option->maximum);
}

static void
describe_size(const struct config_option *option, char text[static TYPE_TEXT_SIZE])
{
    describe_range(option, UNIT_SIZE, " (bytes, or with k, m, g)", text);
}

static void
describe_time(const struct config_option *option, char text[static TYPE_TEXT_SIZE])
{
    describe_range(option, UNIT_TIME, " (seconds, or with ms, s, m, h)", text);
}

const struct option_type type_number = {
    .parse = parse_number,
    .print = print_number,
    .describe = describe_number,
};

const struct option_type type_count = {
    .parse = parse_count,
    .print = print_count,
    .describe = describe_number,
};

const struct option_type type_size = {
    .parse = parse_size,
    .print = print_size,
    .describe = describe_size,
};

const struct option_type type_time = {
    .parse = parse_time,
    .print = print_time,
    .describe = describe_time,
};

const struct option_type type_workers = {
    .parse = parse_workers,
    .print = print_number,
    .describe = describe_workers,
};

const struct option_type type_mode = {
    .parse = parse_mode,
    .print = print_mode,
    .describe = describe_mode,
};
