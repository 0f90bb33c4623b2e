/* SPDX-License-Identifier: BSD-2-Clause */
/* network: sets of addresses, such as 192.0.2.0/24, 2001:db8::/32 or unix. */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/span.h"

struct network {
    struct address address; /* AF_UNIX: clients of Unix sockets */
    unsigned bits;          /* length of the prefix */
};

struct network_list {
    struct network *items;
    size_t count;
};

#define NETWORK_TEXT_SIZE (ADDRESS_TEXT_SIZE + 4)

/* Parses an address, an address with a prefix length, or "unix". NULL, or the error. */
const char *network_parse(struct span text, struct network *network)
    __attribute__((warn_unused_result));

void network_print(const struct network *network, char text[static NETWORK_TEXT_SIZE]);

/* Is the address in one of the networks? An unknown address is in none. */
bool network_contains(const struct network_list *list, const struct address *address);

/* Parses an address without a port. False: it is not one. */
bool network_parse_address(struct span text, struct address *address)
    __attribute__((warn_unused_result));

#endif
