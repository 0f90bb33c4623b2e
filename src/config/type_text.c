/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * type_text: options that are text: paths, names of users and groups, values of header fields.
 * An empty value is NULL in the field.
 *
 * Known weakness: users and groups are known by name only, not by number.
 */
#include <ctype.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/field.h"
#include "config/setting.h"
#include "config/type.h"

static void
clear_text(union option_field field)
{
    memory_free(*field.text);
    *field.text = NULL;
}

/* Stores the value unless there is a reason not to. */
static void
type_text_settle(const struct setting *setting, union option_field field, const char *reason)
{
    if (reason) {
        setting_refuse(setting, span_of(setting->value), reason);
        return;
    }
    clear_text(field);
    if (setting->value[0] != '\0')
        *field.text = memory_copy(setting->value);
}

static void
print_text(const struct config_option *option, union option_view field, FILE *out)
{
    if (*field.text)
        fprintf(out, "%s = %s\n", option->key, *field.text);
    else
        fprintf(out, "%s =\n", option->key);
}

static void
parse_path(const struct setting *setting, union option_field field)
{
    type_text_settle(setting, field, NULL);
}

/* "dir/" would make files whose names begin with a dot, which nobody finds. */
static void
parse_prefix(const struct setting *setting, union option_field field)
{
    size_t length = strlen(setting->value);
    bool bare = length > 0 && setting->value[length - 1] == '/';

    type_text_settle(setting, field, bare ? "ends in /" : NULL);
}

static void
parse_segment(const struct setting *setting, union option_field field)
{
    type_text_settle(setting, field, strchr(setting->value, '/') ? "has a slash" : NULL);
}

static void
parse_user(const struct setting *setting, union option_field field)
{
    bool known = setting->value[0] == '\0' || getpwnam(setting->value) != NULL;

    type_text_settle(setting, field, known ? NULL : "is not a user of this system");
}

static void
parse_group(const struct setting *setting, union option_field field)
{
    bool known = setting->value[0] == '\0' || getgrnam(setting->value) != NULL;

    type_text_settle(setting, field, known ? NULL : "is not a group of this system");
}

/* What syslogd takes for the name of a program: it ends at other characters. */
static void
parse_tag(const struct setting *setting, union option_field field)
{
    static const char accepted[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789.-_";
    const size_t length = strlen(setting->value);

    type_text_settle(setting, field,
                     length == 0                                  ? "is empty"
                     : length > SYSLOG_TAG_MAX                    ? "is too long"
                     : strspn(setting->value, accepted) != length ? "has other characters"
                                                                  : NULL);
}

static void
parse_media(const struct setting *setting, union option_field field)
{
    const char *value = setting->value;

    type_text_settle(setting, field, value[0] == '\0' ? NULL : field_media_problem(value));
}

static void
parse_value(const struct setting *setting, union option_field field)
{
    type_text_settle(setting, field, field_value_problem(span_of(setting->value)));
}

static void
parse_token(const struct setting *setting, union option_field field)
{
    const char *value = setting->value;

    type_text_settle(setting, field,
                     value[0] == '\0' || field_is_token(span_of(value)) ? NULL : "is no token");
}

/* In lower case, as it is compared. */
static void
parse_sha256(const struct setting *setting, union option_field field)
{
    const size_t digits = strspn(setting->value, "0123456789abcdefABCDEF");
    const bool whole = setting->value[digits] == '\0' && (digits == 0 || digits == 64);

    type_text_settle(setting, field, whole ? NULL : "is not 64 hexadecimal digits");
    for (char *at = *field.text; whole && at && *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
}

static void
describe_path(const struct config_option *option, char text[static TYPE_TEXT_SIZE])
{
    snprintf(text, TYPE_TEXT_SIZE,
             "a path; a relative one is resolved against the directory of this file%s",
             option->flags & OPTION_REQUIRED ? "" : "; empty for none");
}

const struct option_type type_path = {
    .parse = parse_path,
    .print = print_text,
    .clear = clear_text,
    .describe = describe_path,
};

const struct option_type type_prefix = {
    .parse = parse_prefix,
    .print = print_text,
    .clear = clear_text,
    .accepts = "a prefix for file names; empty for none",
};

const struct option_type type_segment = {
    .parse = parse_segment,
    .print = print_text,
    .clear = clear_text,
    .accepts = "the name of a file without a directory; empty for none",
};

const struct option_type type_user = {
    .parse = parse_user,
    .print = print_text,
    .clear = clear_text,
    .accepts = "the name of a user; empty for none",
};

const struct option_type type_group = {
    .parse = parse_group,
    .print = print_text,
    .clear = clear_text,
    .accepts = "the name of a group; empty for none",
};

const struct option_type type_tag = {
    .parse = parse_tag,
    .print = print_text,
    .clear = clear_text,
    .accepts = "letters, digits and characters of .-_, at most 32",
};

const struct option_type type_media = {
    .parse = parse_media,
    .print = print_text,
    .clear = clear_text,
    .accepts = "a media type, as in image/tiff or text/plain; charset=utf-8",
};

const struct option_type type_token = {
    .parse = parse_token,
    .print = print_text,
    .clear = clear_text,
    .accepts = "letters, digits and !#$%&'*+-.^_`|~; empty for none",
};

const struct option_type type_sha256 = {
    .parse = parse_sha256,
    .print = print_text,
    .clear = clear_text,
    .accepts = "64 hexadecimal digits; empty for any",
};

const struct option_type type_value = {
    .parse = parse_value,
    .print = print_text,
    .clear = clear_text,
    .accepts = "printable ASCII",
};
