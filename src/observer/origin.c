/* SPDX-License-Identifier: BSD-2-Clause */
/* origin: every line of a repeated field is checked. A request with none of these fields does
 * not come from a browser. */
#include "observer/origin.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

#include "http/authority.h"

#define SHOWN_MAX 100 /* octets of what was found */

/* --- hosts -------------------------------------------------------------------------------- */

static bool
is_loopback_ipv4(struct span host)
{
    char text[INET_ADDRSTRLEN] = "";
    struct in_addr address;

    if (host.length >= sizeof(text))
        return false;
    memcpy(text, host.at, host.length);
    return inet_pton(AF_INET, text, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

static bool
is_loopback_ipv6(struct span host)
{
    char text[INET6_ADDRSTRLEN] = "";
    struct in6_addr address;

    if (host.length < 2 || host.at[0] != '[' || host.at[host.length - 1] != ']' ||
        host.length - 2 >= sizeof(text))
        return false;
    memcpy(text, host.at + 1, host.length - 2);
    return inet_pton(AF_INET6, text, &address) == 1 && IN6_IS_ADDR_LOOPBACK(&address);
}

bool
origin_is_known(struct span authority, const struct header_list *hosts)
{
    const struct span host = authority_host(authority);

    if (span_equal_nocase(host, SPAN("localhost")) || is_loopback_ipv4(host) ||
        is_loopback_ipv6(host))
        return true;
    return authority_is_among(authority, hosts->items, hosts->count);
}

/* --- fields ------------------------------------------------------------------------------- */

static bool
host_is_known(struct span value, const struct header_list *hosts)
{
    return origin_is_known(value, hosts);
}

/* "http://localhost:6060"; "null" hides who it is. */
static bool
origin_field_is_known(struct span value, const struct header_list *hosts)
{
    const char *host = memmem(value.at, value.length, "://", 3);

    if (host == NULL)
        return false;
    host += 3;
    return origin_is_known((struct span){ host, value.length - (size_t)(host - value.at) },
                           hosts);
}

static bool
is_same_site(struct span value, const struct header_list *hosts)
{
    (void)hosts;
    return !span_equal_nocase(value, SPAN("cross-site"));
}

static const struct {
    struct span name;
    bool (*allows)(struct span value, const struct header_list *hosts);
    const char *hint;
} fields[] = {
    { { "Host", 4 }, host_is_known, "[debug] hosts can name it" },
    { { "Origin", 6 }, origin_field_is_known, "[debug] hosts can name its host" },
    { { "Sec-Fetch-Site", 14 },
      is_same_site,
      "no page of another site may ask; type the address instead" },
};

static bool
is_unix(int fd)
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof(address);

    return getsockname(fd, (struct sockaddr *)&address, &length) == 0 &&
           address.ss_family == AF_UNIX;
}

bool
origin_allows(const struct message *message, int fd, const struct header_list *hosts,
              char reason[static ORIGIN_REASON_MAX])
{
    if (is_unix(fd))
        return true;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        struct span rest = message_fields(message);
        struct span value;

        while (message_next_field(&rest, fields[i].name, &value)) {
            if (fields[i].allows(value, hosts))
                continue;
            snprintf(reason, ORIGIN_REASON_MAX, "%s: \"%.*s\" is not known here; %s",
                     fields[i].name.at,
                     value.length < SHOWN_MAX ? (int)value.length : SHOWN_MAX, value.at,
                     fields[i].hint);
            return false;
        }
    }
    return true;
}
