/* SPDX-License-Identifier: BSD-2-Clause */
/* address: IPv4 is written by hand, because each line of an access log has one. */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static struct address
address_of_ipv6(const struct sockaddr_in6 *name)
{
    struct address address = { .family = AF_INET6, .port = ntohs(name->sin6_port) };
    const uint8_t *bytes = name->sin6_addr.s6_addr;

    if (IN6_IS_ADDR_V4MAPPED(&name->sin6_addr)) {
        address.family = AF_INET;
        memcpy(address.bytes, bytes + 12, 4);
    } else {
        memcpy(address.bytes, bytes, 16);
    }
    return address;
}

struct address
address_of(const struct sockaddr *name, socklen_t length)
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)name;
    struct address address = { .family = AF_UNSPEC };

    if (length < sizeof(name->sa_family))
        return address;
    if (name->sa_family == AF_INET6)
        return address_of_ipv6((const struct sockaddr_in6 *)(const void *)name);
    if (name->sa_family == AF_INET) {
        address.port = ntohs(in->sin_port);
        memcpy(address.bytes, &in->sin_addr, 4);
    }
    if (name->sa_family == AF_INET || name->sa_family == AF_UNIX)
        address.family = (uint8_t)name->sa_family;
    return address;
}

static char *
put_octet(char *out, unsigned octet)
{
    if (octet >= 100)
        *out++ = (char)('0' + octet / 100);
    if (octet >= 10)
        *out++ = (char)('0' + octet / 10 % 10);
    *out++ = (char)('0' + octet % 10);
    return out;
}

static size_t
ipv4_text(const uint8_t bytes[static 4], char *text)
{
    char *out = text;

    for (int i = 0; i < 4; i++) {
        out = put_octet(out, bytes[i]);
        *out++ = '.';
    }
    *--out = '\0';
    return (size_t)(out - text);
}

size_t
address_text(const struct address *address, char text[static ADDRESS_TEXT_SIZE])
{
    switch (address->family) {
    case AF_INET:
        return ipv4_text(address->bytes, text);
    case AF_INET6:
        inet_ntop(AF_INET6, address->bytes, text, ADDRESS_TEXT_SIZE);
        break;
    case AF_UNIX:
        strcpy(text, "unix:");
        break;
    default:
        strcpy(text, "-");
    }
    return strlen(text);
}
