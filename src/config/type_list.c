/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * type_list: options that are lists: listen addresses (several a line, separated by commas) and
 * extra response fields (one a line). Exports type_listen and type_header. Nothing is fatal.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/field.h"
#include "config/line.h"
#include "config/listen.h"
#include "config/setting.h"
#include "config/type.h"

#define HOST_MAX 150 /* octets; a line has to hold it */

static void
add_address(const struct setting *setting, struct span text, struct listen_list *list)
{
    struct listen_address item = { .origin = setting->origin };
    const char *reason;

    item.text = memory_copy_span(text);
    reason = listen_parse(item.text, &item);
    if (reason == NULL && listen_find(list, &item) != NULL)
        reason = "is listed twice";
    if (reason != NULL) {
        setting_refuse(setting, text, reason);
        memory_free(item.text);
        return;
    }
    list->items = memory_grow(list->items, list->count + 1, sizeof(item));
    list->items[list->count++] = item;
}

static void
parse_listen(const struct setting *setting, union option_field field)
{
    struct span rest = span_of(setting->value);

    if (rest.length == 0 && setting->option->preset[0] == '\0')
        return;
    while (rest.at != NULL)
        add_address(setting, span_trim(span_cut(&rest, ',')), field.listen);
}

static void
print_listen(const struct config_option *option, union option_view field, FILE *out)
{
    for (size_t i = 0; i < field.listen->count; i++)
        fprintf(out, "%s = %s\n", option->key, field.listen->items[i].text);
    if (field.listen->count == 0)
        fprintf(out, "%s =\n", option->key);
}

static void
clear_listen(union option_field field)
{
    for (size_t i = 0; i < field.listen->count; i++)
        memory_free(field.listen->items[i].text);
    memory_free(field.listen->items);
    *field.listen = (struct listen_list){ 0 };
}

/* Takes the line over. The one form that it is kept in may be longer than what was written. */
static void
add_header(const struct setting *setting, char *line, struct header_list *list)
{
    const char *reason = line_value_problem(line);

    if (reason != NULL) {
        setting_refuse(setting, span_of(line), reason);
        memory_free(line);
        return;
    }
    list->items = memory_grow(list->items, list->count + 1, sizeof(*list->items));
    list->items[list->count++] = line;
}

static void
parse_header(const struct setting *setting, union option_field field)
{
    struct span name;
    struct span value;
    const char *reason;

    if (setting->value[0] == '\0')
        return;
    reason = field_split(setting->value, &name, &value);
    if (reason != NULL)
        setting_refuse(setting, span_of(setting->value), reason);
    else
        add_header(setting,
                   memory_format("%.*s: %.*s", (int)name.length, name.at, (int)value.length,
                                 value.at),
                   field.header);
}

static void
print_header(const struct config_option *option, union option_view field, FILE *out)
{
    for (size_t i = 0; i < field.header->count; i++)
        fprintf(out, "%s = %s\n", option->key, field.header->items[i]);
    if (field.header->count == 0)
        fprintf(out, "%s =\n", option->key);
}

static void
clear_header(union option_field field)
{
    for (size_t i = 0; i < field.header->count; i++)
        memory_free(field.header->items[i]);
    memory_free(field.header->items);
    *field.header = (struct header_list){ 0 };
}

/* A name, an IPv4 address or [an IPv6 address]; what Host fields can hold. */
static bool
is_host(struct span text)
{
    static const char accepted[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789.-_";
    const bool literal =
        text.length > 2 && text.at[0] == '[' && text.at[text.length - 1] == ']';

    if (literal)
        text = (struct span){ text.at + 1, text.length - 2 };
    for (size_t i = 0; i < text.length; i++)
        if (strchr(literal ? "0123456789abcdefABCDEF:." : accepted, text.at[i]) == NULL)
            return false;
    return text.length > 0 && text.length <= HOST_MAX;
}

static void
add_host(const struct setting *setting, struct span text, struct header_list *list)
{
    if (!is_host(text)) {
        setting_refuse(setting, text, "is no host");
        return;
    }
    list->items = memory_grow(list->items, list->count + 1, sizeof(*list->items));
    list->items[list->count++] = memory_copy_span(text);
}

static void
parse_hosts(const struct setting *setting, union option_field field)
{
    struct span rest = span_of(setting->value);

    if (rest.length == 0)
        return;
    while (rest.at != NULL)
        add_host(setting, span_trim(span_cut(&rest, ',')), field.header);
}

const struct option_type type_listen = {
    .list = true,
    .parse = parse_listen,
    .print = print_listen,
    .clear = clear_listen,
    .accepts = "IPV4:PORT, [IPV6]:PORT, *:PORT with a port from 1 to 65535, unix:/PATH",
};

const struct option_type type_hosts = {
    .list = true,
    .parse = parse_hosts,
    .print = print_header,
    .clear = clear_header,
    .accepts = "names, IPv4 addresses and [IPv6] addresses, without a port",
};

const struct option_type type_header = {
    .list = true,
    .parse = parse_header,
    .print = print_header,
    .clear = clear_header,
    .accepts = "Name: value, a field that tiffd does not write itself",
};
