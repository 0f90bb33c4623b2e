/* SPDX-License-Identifier: BSD-2-Clause */
/* address: who is at the other end of a connection, in little space. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_TEXT_SIZE 64

struct address {
    uint8_t bytes[16]; /* in network order; of IPv4 the first four */
    uint16_t port;     /* in host order */
    uint8_t family;    /* AF_INET, AF_INET6 or AF_UNIX; AF_UNSPEC: unknown */
};

/* IPv4 in an IPv6 socket is IPv4. */
struct address address_of(const struct sockaddr *name, socklen_t length);

/* "192.0.2.1", "2001:db8::1", "unix:" as in nginx, or "-". Returns the length. */
size_t address_text(const struct address *address, char text[static ADDRESS_TEXT_SIZE]);

#endif
