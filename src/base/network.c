/* SPDX-License-Identifier: BSD-2-Clause */
/* network: parses and compares prefixes. Pure. */
#include "base/network.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

bool
network_parse_address(struct span text, struct address *address)
{
    char name[INET6_ADDRSTRLEN];

    *address = (struct address){ .family = AF_UNSPEC };
    if (text.length == 0 || text.length >= sizeof(name))
        return false;
    memcpy(name, text.at, text.length);
    name[text.length] = '\0';
    if (inet_pton(AF_INET, name, address->bytes) == 1)
        address->family = AF_INET;
    else if (inet_pton(AF_INET6, name, address->bytes) == 1)
        address->family = AF_INET6;
    return address->family != AF_UNSPEC && strlen(name) == text.length;
}

static unsigned
bits_of(const struct address *address)
{
    return address->family == AF_INET ? 32 : address->family == AF_INET6 ? 128 : 0;
}

/* Decimal digits. */
static bool
parse_bits(struct span text, unsigned most, unsigned *bits)
{
    *bits = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        *bits = *bits * 10 + (unsigned)(text.at[i] - '0');
        if (*bits > most)
            return false;
    }
    return text.length > 0;
}

/* Are the first bits equal? */
static bool
begins_alike(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    const unsigned rest = bits % 8;

    if (memcmp(a, b, bits / 8) != 0)
        return false;
    return rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0;
}

static bool
has_more_bits(const struct network *network)
{
    static const uint8_t zeros[16];
    uint8_t rest[16];

    memcpy(rest, network->address.bytes, sizeof(rest));
    for (unsigned i = 0; i < network->bits; i++)
        rest[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
    return memcmp(rest, zeros, sizeof(rest)) != 0;
}

const char *
network_parse(struct span text, struct network *network)
{
    struct span rest = text;
    const struct span host = span_cut(&rest, '/');

    *network = (struct network){ .address.family = AF_UNIX };
    if (span_equal(text, SPAN("unix")))
        return NULL;
    if (!network_parse_address(host, &network->address))
        return "is no address";
    network->bits = bits_of(&network->address);
    if (rest.at && !parse_bits(rest, network->bits, &network->bits))
        return "has no length of a prefix";
    return has_more_bits(network) ? "has bits behind its prefix" : NULL;
}

void
network_print(const struct network *network, char text[static NETWORK_TEXT_SIZE])
{
    const size_t length = address_text(&network->address, text);

    if (network->address.family == AF_UNIX)
        snprintf(text, NETWORK_TEXT_SIZE, "unix");
    else
        snprintf(text + length, NETWORK_TEXT_SIZE - length, "/%u", network->bits);
}

bool
network_contains(const struct network_list *list, const struct address *address)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct network *network = &list->items[i];

        if (address->family != AF_UNSPEC && address->family == network->address.family &&
            begins_alike(address->bytes, network->address.bytes, network->bits))
            return true;
    }
    return false;
}
