/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listen: turns what [server] listen says into socket addresses. Pure.
 *
 * Known weakness: no IPv6 scopes (fe80::1%eth0), and no abstract unix sockets.
 */
#include "config/listen.h"

#include <arpa/inet.h>
#include <grp.h>
#include <net/if.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "config/unit.h"

#define UNIX_PREFIX "unix:"
#define HOST_SIZE   (INET6_ADDRSTRLEN + IF_NAMESIZE + sizeof("[%]"))
#define NAME_SIZE   64 /* of a user or a group */

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

/* Cuts "%eth0" or "%2" off. */
static const char *
parse_zone(char *host, struct sockaddr_in6 *address)
{
    char *zone = strchr(host, '%');
    uint64_t index;

    if (zone == NULL)
        return NULL;
    *zone++ = '\0';
    address->sin6_scope_id = if_nametoindex(zone);
    if (address->sin6_scope_id == 0 && unit_parse(UNIT_PLAIN, zone, &index) == NULL &&
        index <= UINT32_MAX)
        address->sin6_scope_id = (uint32_t)index;
    return address->sin6_scope_id != 0 ? NULL : "has a zone that is no interface";
}

static const char *
ipv6_problem(const struct sockaddr_in6 *address)
{
    const bool local = IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr);

    if (IN6_IS_ADDR_V4MAPPED(&address->sin6_addr))
        return "is an IPv4 address in IPv6 notation (write it as 127.0.0.1:PORT)";
    if (local && address->sin6_scope_id == 0)
        return "is a link-local address, which needs a zone (as in [fe80::1%eth0]:PORT)";
    if (!local && address->sin6_scope_id != 0)
        return "has a zone, which only link-local addresses have";
    return NULL;
}

static const char *
parse_ipv6(const char *host, uint16_t port, struct listen_address *item)
{
    struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    char inner[HOST_SIZE];
    const size_t length = strlen(host);
    const char *reason;

    if (length < 2 || host[length - 1] != ']')
        return "is not [IPV6]:PORT";
    memcpy(inner, host + 1, length - 2);
    inner[length - 2] = '\0';
    if ((reason = parse_zone(inner, &ipv6)) != NULL)
        return reason;
    if (inet_pton(AF_INET6, inner, &ipv6.sin6_addr) != 1)
        return "is not [IPV6]:PORT";
    store(item, &ipv6, sizeof(ipv6));
    return ipv6_problem(&ipv6);
}

static const char *
parse_host(const char *host, uint16_t port, struct listen_address *item)
{
    struct sockaddr_in ipv4 = { .sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_ANY) };

    if (host[0] == '[')
        return parse_ipv6(host, port, item);
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
    char host[HOST_SIZE];
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

static const char *
parse_listen_mode(const char *text, struct listen_address *item)
{
    const size_t length = strlen(text);

    if (length < 3 || length > 4 || strspn(text, "01234567") != length)
        return "has a bad mode";
    item->mode = (unsigned)strtoul(text, NULL, 8);
    return item->mode > 0 && item->mode <= 0777 ? NULL : "has a bad mode";
}

static const char *
parse_listen_user(const char *text, struct listen_address *item)
{
    const struct passwd *user = getpwnam(text);

    if (user == NULL)
        return "names a user that this system does not have";
    item->user = user->pw_uid;
    return NULL;
}

static const char *
parse_listen_group(const char *text, struct listen_address *item)
{
    const struct group *group = getgrnam(text);

    if (group == NULL)
        return "names a group that this system does not have";
    item->group = group->gr_gid;
    return NULL;
}

static const struct {
    struct span name;
    const char *(*parse)(const char *text, struct listen_address *item);
} file_parameters[] = {
    { { "mode", 4 }, parse_listen_mode },
    { { "user", 4 }, parse_listen_user },
    { { "group", 5 }, parse_listen_group },
};

const char *
listen_parameter(struct span word, struct listen_address *item)
{
    const struct span name = span_cut(&word, '=');
    char value[NAME_SIZE] = "";

    if (span_equal(name, SPAN("proxy_protocol")) && word.at == NULL) {
        item->proxy_protocol = true;
        return NULL;
    }
    if (word.at == NULL || word.length >= sizeof(value))
        return "has an unknown parameter";
    memcpy(value, word.at, word.length);
    for (size_t i = 0; i < COUNT(file_parameters); i++)
        if (span_equal(name, file_parameters[i].name))
            return item->address.ss_family == AF_UNIX
                       ? file_parameters[i].parse(value, item)
                       : "has a parameter that is for Unix sockets only";
    return "has an unknown parameter";
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
