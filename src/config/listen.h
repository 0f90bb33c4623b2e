/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listen: reads listen addresses. Literal addresses only: no name is ever looked up.
 */
#ifndef CONFIG_LISTEN_H
#define CONFIG_LISTEN_H

#include "base/span.h"
#include "config/config.h"

/* The longest path that a struct sockaddr_un holds with its NUL, see unix(7). */
#define LISTEN_PATH_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

/* Reads IPV4:PORT, [IPV6]:PORT, *:PORT (every IPv4 address) or unix:/PATH into the address and
 * length of item. Returns NULL, or what is wrong ("has no port"). */
const char *listen_parse(const char *text, struct listen_address *item)
    __attribute__((warn_unused_result));

/* Reads one of the words that may follow an address: proxy_protocol, and for Unix sockets
 * mode=OCTAL, user=NAME and group=NAME. Returns NULL, or what is wrong. */
const char *listen_parameter(struct span word, struct listen_address *item)
    __attribute__((warn_unused_result));

/* The member of list with the same address, or NULL. */
const struct listen_address *listen_find(const struct listen_list *list,
                                         const struct listen_address *item);

#endif
