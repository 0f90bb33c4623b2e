/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * type_host: options that are lists of hosts, of origins or of networks, separated by commas.
 */
#include <string.h>

#include "base/memory.h"
#include "config/setting.h"
#include "config/type.h"

#define HOST_MAX     255 /* octets of a host */
#define PORT_MAX_LEN 5

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

static const char *
host_problem(struct span text)
{
    return is_host(text) ? NULL : "is no host";
}

/* Cuts ":PORT" off, if it is there. */
static bool
cut_port(struct span *text)
{
    size_t digits = 0;

    while (digits < text->length && text->at[text->length - digits - 1] >= '0' &&
           text->at[text->length - digits - 1] <= '9')
        digits++;
    if (digits == text->length || text->at[text->length - digits - 1] != ':')
        return true; /* the digits are part of the host */
    text->length -= digits + 1;
    return digits > 0 && digits <= PORT_MAX_LEN;
}

static bool
cut_scheme(struct span *text)
{
    static const char *const schemes[] = { "https://", "http://" };

    for (size_t i = 0; i < 2; i++) {
        size_t length = strlen(schemes[i]);

        if (text->length > length && memcmp(text->at, schemes[i], length) == 0) {
            text->at += length;
            text->length -= length;
            return true;
        }
    }
    return false;
}

/* Browsers send scheme and host in lower case and no path; anything else would never match. */
static const char *
origin_problem(struct span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] >= 'A' && text.at[i] <= 'Z')
            return "has a capital letter, which browsers do not send";
    if (span_equal(text, SPAN("*")))
        return NULL;
    return cut_scheme(&text) && cut_port(&text) && is_host(text) ? NULL : "is no origin";
}

static void
parse_list(const struct setting *setting, struct header_list *list,
           const char *(*problem)(struct span text))
{
    struct span rest = span_of(setting->value);

    while (rest.length > 0 && rest.at) {
        struct span text = span_trim(span_cut(&rest, ','));
        const char *reason = problem(text);

        if (reason)
            setting_refuse(setting, text, reason);
        else
            type_list_add(list, memory_copy_span(text));
    }
}

static void
parse_hosts(const struct setting *setting, union option_field field)
{
    parse_list(setting, field.header, host_problem);
}

static void
parse_origins(const struct setting *setting, union option_field field)
{
    parse_list(setting, field.header, origin_problem);
    for (size_t i = 0; field.header->count > 1 && i < field.header->count; i++)
        if (strcmp(field.header->items[i], "*") == 0) {
            setting_refuse(setting, SPAN("*"), "is listed with other origins");
            return;
        }
}

static void
parse_networks(const struct setting *setting, union option_field field)
{
    struct span rest = span_of(setting->value);
    struct network_list *list = field.networks;

    while (rest.length > 0 && rest.at) {
        const struct span text = span_trim(span_cut(&rest, ','));
        struct network network;
        const char *reason = network_parse(text, &network);

        if (reason) {
            setting_refuse(setting, text, reason);
            continue;
        }
        list->items = memory_grow(list->items, list->count + 1, sizeof(network));
        list->items[list->count++] = network;
    }
}

static void
print_networks(const struct config_option *option, union option_view field, FILE *out)
{
    char text[NETWORK_TEXT_SIZE];

    for (size_t i = 0; i < field.networks->count; i++) {
        network_print(&field.networks->items[i], text);
        fprintf(out, "%s = %s\n", option->key, text);
    }
    if (field.networks->count == 0)
        fprintf(out, "%s =\n", option->key);
}

static void
clear_networks(union option_field field)
{
    memory_free(field.networks->items);
    *field.networks = (struct network_list){ 0 };
}

const struct option_type type_networks = {
    .list = true,
    .parse = parse_networks,
    .print = print_networks,
    .clear = clear_networks,
    .accepts = "addresses, networks such as 192.0.2.0/24 or 2001:db8::/32, unix",
};

const struct option_type type_hosts = {
    .list = true,
    .parse = parse_hosts,
    .print = type_list_print,
    .clear = type_list_clear,
    .accepts = "names, IPv4 addresses and [IPv6] addresses, without a port",
};

const struct option_type type_origins = {
    .list = true,
    .parse = parse_origins,
    .print = type_list_print,
    .clear = type_list_clear,
    .accepts = "* for all, or origins such as https://example.org or http://localhost:3000",
};
