/* SPDX-License-Identifier: BSD-2-Clause */
/* authority: host and port, as Host fields and targets hold them (RFC 3986 section 3.2). */
#ifndef HTTP_AUTHORITY_H
#define HTTP_AUTHORITY_H

#include <stdbool.h>

#include <stddef.h>

#include "base/span.h"

/*
 * True of uri-host [":" port] with a host that is not empty, no userinfo, and a port of at most
 * 65535, which may be empty. The host is a name, an IPv4 address, or [an IPv6 address] without
 * a zone; a name may hold percent-encoded octets.
 */
bool authority_valid(struct span authority);

/* The same with a port that must be there, as CONNECT wants it (RFC 9112 section 3.2.3). */
bool authority_valid_with_port(struct span authority);

/* The host alone, of an authority that need not be valid: without digits behind the last colon
 * that is in no brackets. */
struct span authority_host(struct span authority);

/* Is its host one of these? In any case, and with or without the dot of an absolute name. */
bool authority_is_among(struct span authority, char *const *hosts, size_t count);

#endif
