/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forwarded: reads lines and elements from the last to the first, because a trusted proxy
 * vouches only for the element before its own. A comma in quotes separates elements, too: no
 * address contains one.
 */
#include "http/forwarded.h"

#include <string.h>

/* Cuts off the part after the last separator; false: nothing is left. */
static bool
cut_last(struct span *rest, char separator, struct span *part)
{
    const char *found;

    if (rest->at == NULL)
        return false;
    found = rest->length > 0 ? memrchr(rest->at, separator, rest->length) : NULL;
    *part = *rest;
    if (found == NULL) {
        *rest = (struct span){ NULL, 0 };
        return true;
    }
    part->at = found + 1;
    part->length = rest->length - (size_t)(found + 1 - rest->at);
    rest->length = (size_t)(found - rest->at);
    return true;
}

/* "[2001:db8::1]:4711", "192.0.2.1:80" or an address alone. */
static bool
read_node(struct span text, struct address *address)
{
    const char *end;

    if (text.length > 1 && text.at[0] == '"' && text.at[text.length - 1] == '"')
        text = (struct span){ text.at + 1, text.length - 2 };
    if (text.length > 0 && text.at[0] == '[') {
        end = memchr(text.at, ']', text.length);
        return end &&
               network_parse_address((struct span){ text.at + 1, (size_t)(end - text.at) - 1 },
                                     address);
    }
    end = text.length > 0 ? memchr(text.at, ':', text.length) : NULL;
    if (end && memchr(text.at, '.', (size_t)(end - text.at)))
        text.length = (size_t)(end - text.at);
    return network_parse_address(text, address);
}

/* Of "for=192.0.2.1;proto=http", the text after "for=". */
static struct span
node_of(struct span element, enum forwarded_field field)
{
    if (field == FORWARDED_X)
        return span_trim(element);
    while (element.at) {
        const struct span pair = span_trim(span_cut(&element, ';'));

        if (pair.length > 4 && strncasecmp(pair.at, "for=", 4) == 0)
            return (struct span){ pair.at + 4, pair.length - 4 };
    }
    return (struct span){ NULL, 0 };
}

/* The value, if the line has the field. */
static bool
forwarded_value(struct span line, struct span name, struct span *value)
{
    if (line.length <= name.length || line.at[name.length] != ':' ||
        strncasecmp(line.at, name.at, name.length) != 0)
        return false;
    *value = (struct span){ line.at + name.length + 1, line.length - name.length - 1 };
    if (value->length > 0 && value->at[value->length - 1] == '\r')
        value->length--;
    return true;
}

/* False: stop at this client. */
static bool
forwarded_follow(struct address *client, struct span value, enum forwarded_field field,
                 const struct network_list *trusted)
{
    struct span element;

    while (network_contains(trusted, client)) {
        struct address next;

        if (!cut_last(&value, ',', &element))
            return true;
        if (!read_node(node_of(element, field), &next))
            return false;
        *client = next;
    }
    return false;
}

struct address
forwarded_client(const struct address *connected, struct span fields,
                 enum forwarded_field field, const struct network_list *trusted)
{
    const struct span name =
        field == FORWARDED_STANDARD ? SPAN("Forwarded") : SPAN("X-Forwarded-For");
    struct address client = *connected;
    struct span line;
    struct span value;
    bool more = field != FORWARDED_NONE && network_contains(trusted, connected);

    while (more && cut_last(&fields, '\n', &line))
        if (forwarded_value(line, name, &value))
            more = forwarded_follow(&client, value, field, trusted);
    return client;
}
