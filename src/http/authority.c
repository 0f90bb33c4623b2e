/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * authority: pure checks of uri-host [":" port]. tiffd never connects to what a request names
 * and serves the same objects under every name, so it is enough to know that a name is one: two
 * programs on the way could read anything else in two ways.
 */
#include "http/authority.h"

#include <arpa/inet.h>

#include "http/octet.h"

enum { PORT_MAX = 65535 };

static bool
port_valid(struct span digits)
{
    unsigned port = 0;

    for (size_t i = 0; i < digits.length; i++) {
        if (!octet_is(digits.at[i], OCTET_DIGIT))
            return false;
        port = port * 10 + (unsigned)(digits.at[i] - '0');
        if (port > PORT_MAX)
            return false;
    }
    return true;
}

/* "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" ) */
static bool
is_ip_future(struct span text)
{
    size_t i = 1;

    if (text.length == 0 || (text.at[0] | 0x20) != 'v')
        return false;
    while (i < text.length && octet_is(text.at[i], OCTET_HEX))
        i++;
    if (i == 1 || i + 1 >= text.length || text.at[i] != '.')
        return false;
    for (i++; i < text.length; i++)
        if (!octet_is(text.at[i], OCTET_REG_NAME) && text.at[i] != ':')
            return false;
    return true;
}

/* inet_pton(3) stops at NUL, so it would accept anything behind one. */
static bool
is_ipv6(struct span text)
{
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (text.length >= sizeof(copy) || memchr(text.at, '\0', text.length))
        return false;
    memcpy(copy, text.at, text.length);
    copy[text.length] = '\0';
    return inet_pton(AF_INET6, copy, &address) == 1;
}

/* Length of "[...]", 0 if it holds no address. */
static size_t
literal_length(struct span text)
{
    const char *close = memchr(text.at, ']', text.length);
    struct span inside;

    if (close == NULL)
        return 0;
    inside = (struct span){ text.at + 1, (size_t)(close - text.at) - 1 };
    return is_ipv6(inside) || is_ip_future(inside) ? inside.length + 2 : 0;
}

/* Length of the name or IPv4 address at the start; %00 ends it, for no name has one. */
static size_t
name_length(struct span text)
{
    size_t i = 0;

    for (;;) {
        i += octet_run((struct span){ text.at + i, text.length - i }, OCTET_REG_NAME);
        if (text.length - i < 3 || text.at[i] != '%' || !octet_is(text.at[i + 1], OCTET_HEX) ||
            !octet_is(text.at[i + 2], OCTET_HEX) || memcmp(text.at + i, "%00", 3) == 0)
            return i;
        i += 3;
    }
}

static size_t
host_length(struct span text)
{
    if (text.length == 0)
        return 0;
    return text.at[0] == '[' ? literal_length(text) : name_length(text);
}

bool
authority_valid(struct span authority)
{
    size_t host = host_length(authority);

    if (host == 0 || host == authority.length)
        return host != 0;
    return authority.at[host] == ':' &&
           port_valid((struct span){ authority.at + host + 1, authority.length - host - 1 });
}

bool
authority_valid_with_port(struct span authority)
{
    return authority_valid(authority) &&
           octet_is(authority.at[authority.length - 1], OCTET_DIGIT) &&
           host_length(authority) < authority.length;
}

struct span
authority_host(struct span authority)
{
    size_t length = authority.length;

    while (length > 0 && octet_is(authority.at[length - 1], OCTET_DIGIT))
        length--;
    if (length > 0 && authority.at[length - 1] == ':' &&
        (authority.at[0] != '[' || (length > 1 && authority.at[length - 2] == ']')))
        authority.length = length - 1;
    return authority;
}

static struct span
without_last_dot(struct span host)
{
    if (host.length > 1 && host.at[host.length - 1] == '.')
        host.length--;
    return host;
}

bool
authority_is_among(struct span authority, char *const *hosts, size_t count)
{
    const struct span host = without_last_dot(authority_host(authority));

    for (size_t i = 0; i < count; i++)
        if (span_equal_nocase(host, without_last_dot(span_of(hosts[i]))))
            return true;
    return false;
}
