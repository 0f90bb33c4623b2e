/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listen: turns what [server] listen says into socket addresses. Pure; nothing is fatal.
 *
 * Known weakness: no IPv6 scopes (fe80::1%eth0), and no abstract unix sockets.
 */
#include "config/listen.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "config/unit.h"

#define UNIX_PREFIX "unix:"

static void
store(struct listen_address *item, const void *address, socklen_t length)
{
    memcpy(&item->address, address, length);
    item->length = length;
}

static const char *
parse_unix(const char *path, struct listen_address *item)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t length = strlen(path);

    if (path[0] != '/')
        return "has a relative path";
    if (length > LISTEN_PATH_MAX)
        return "has a path of more than 107 bytes";
    memcpy(address.sun_path, path, length);
    store(item, &address, sizeof(address));
    return NULL;
}

static const char *
parse_host(const char *host, uint16_t port, struct listen_address *item)
{
    size_t length = strlen(host);
    char inner[INET6_ADDRSTRLEN];
    struct sockaddr_in ipv4 = { .sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_ANY) };
    struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

    if (host[0] == '[') {
        if (host[length - 1] != ']' || length - 2 >= sizeof(inner))
            return "is not [IPV6]:PORT";
        memcpy(inner, host + 1, length - 2);
        inner[length - 2] = '\0';
        if (inet_pton(AF_INET6, inner, &ipv6.sin6_addr) != 1)
            return "is not [IPV6]:PORT";
        if (IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr))
            return "is an IPv4 address in IPv6 notation (write it as 127.0.0.1:PORT)";
        if (IN6_IS_ADDR_LINKLOCAL(&ipv6.sin6_addr))
            return "is a link-local address, which needs a scope (there are none here)";
        store(item, &ipv6, sizeof(ipv6));
        return NULL;
    }
    if (strchr(host, ':') != NULL)
        return "has an IPv6 address without brackets";
    if (strcmp(host, "*") != 0 && inet_pton(AF_INET, host, &ipv4.sin_addr) != 1)
        return "has no literal IP address (names are not looked up)";
    store(item, &ipv4, sizeof(ipv4));
    return NULL;
}

const char *
listen_parse(const char *text, struct listen_address *item)
{
    const char *colon = strrchr(text, ':');
    char host[INET6_ADDRSTRLEN + sizeof("[]")];
    uint64_t port;
    size_t length;

    memset(&item->address, 0, sizeof(item->address));
    if (*text == '\0')
        return "is empty";
    if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
        return parse_unix(text + strlen(UNIX_PREFIX), item);
    if (colon == NULL || text[strlen(text) - 1] == ']')
        return "has no port";
    if (unit_parse(UNIT_PLAIN, colon + 1, &port) != NULL || port < 1 || port > UINT16_MAX)
        return "has a bad port";
    length = (size_t)(colon - text);
    if (length == 0 || length >= sizeof(host))
        return "has no literal IP address (names are not looked up)";
    memcpy(host, text, length);
    host[length] = '\0';
    return parse_host(host, (uint16_t)port, item);
}

const struct listen_address *
listen_find(const struct listen_list *list, const struct listen_address *item)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct listen_address *other = &list->items[i];

        if (other->length == item->length &&
            memcmp(&other->address, &item->address, item->length) == 0)
            return other;
    }
    return NULL;
}
