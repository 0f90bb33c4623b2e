/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * type_list: options that are lists: listen addresses (several a line, separated by commas) and
 * extra response fields (one a line).
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/field.h"
#include "config/line.h"
#include "config/listen.h"
#include "config/setting.h"
#include "config/type.h"

/* What stands behind the address. NULL, or what is wrong. */
static const char *
parse_parameters(struct span text, struct listen_address *item)
{
    const char *reason = NULL;

    if (text.length > 0)
        item->parameters = memory_copy_span(text);
    while (text.length > 0 && reason == NULL) {
        reason = listen_parameter(span_cut(&text, ' '), item);
        text = span_trim(text);
    }
    return reason;
}

static void
add_address(const struct setting *setting, struct span text, struct listen_list *list)
{
    struct listen_address item = { .origin = setting->origin,
                                   .user = (uid_t)-1,
                                   .group = (gid_t)-1 };
    struct span rest = text;
    const char *reason;

    item.text = memory_copy_span(span_cut(&rest, ' '));
    reason = listen_parse(item.text, &item);
    if (reason == NULL)
        reason = parse_parameters(span_trim(rest), &item);
    if (reason == NULL && listen_find(list, &item) != NULL)
        reason = "is listed twice";
    if (reason) {
        setting_refuse(setting, text, reason);
        memory_free(item.text);
        memory_free(item.parameters);
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
    while (rest.at)
        add_address(setting, span_trim(span_cut(&rest, ',')), field.listen);
}

static void
print_listen(const struct config_option *option, union option_view field, FILE *out)
{
    for (size_t i = 0; i < field.listen->count; i++) {
        const struct listen_address *item = &field.listen->items[i];

        fprintf(out, "%s = %s%s%s\n", option->key, item->text, item->parameters ? " " : "",
                item->parameters ? item->parameters : "");
    }
    if (field.listen->count == 0)
        fprintf(out, "%s =\n", option->key);
}

static void
clear_listen(union option_field field)
{
    for (size_t i = 0; i < field.listen->count; i++) {
        memory_free(field.listen->items[i].text);
        memory_free(field.listen->items[i].parameters);
    }
    memory_free(field.listen->items);
    *field.listen = (struct listen_list){ 0 };
}

void
type_list_add(struct header_list *list, char *text)
{
    list->items = memory_grow(list->items, list->count + 1, sizeof(*list->items));
    list->items[list->count++] = text;
}

/* Takes the line over. The one form that it is kept in may be longer than what was written. */
static void
add_header(const struct setting *setting, char *line, struct header_list *list)
{
    const char *reason = line_value_problem(line);

    if (reason) {
        setting_refuse(setting, span_of(line), reason);
        memory_free(line);
        return;
    }
    type_list_add(list, line);
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
    if (reason)
        setting_refuse(setting, span_of(setting->value), reason);
    else
        add_header(setting,
                   memory_format("%.*s: %.*s", (int)name.length, name.at, (int)value.length,
                                 value.at),
                   field.header);
}

void
type_list_print(const struct config_option *option, union option_view field, FILE *out)
{
    for (size_t i = 0; i < field.header->count; i++)
        fprintf(out, "%s = %s\n", option->key, field.header->items[i]);
    if (field.header->count == 0)
        fprintf(out, "%s =\n", option->key);
}

void
type_list_clear(union option_field field)
{
    for (size_t i = 0; i < field.header->count; i++)
        memory_free(field.header->items[i]);
    memory_free(field.header->items);
    *field.header = (struct header_list){ 0 };
}

const struct option_type type_listen = {
    .list = true,
    .parse = parse_listen,
    .print = print_listen,
    .clear = clear_listen,
    .accepts = "IPV4:PORT, [IPV6]:PORT, *:PORT with a port from 1 to 65535, unix:/PATH",
};

const struct option_type type_header = {
    .list = true,
    .parse = parse_header,
    .print = type_list_print,
    .clear = type_list_clear,
    .accepts = "Name: value, a field that tiffd does not write itself",
};
