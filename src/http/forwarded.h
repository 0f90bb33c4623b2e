/* SPDX-License-Identifier: BSD-2-Clause */
/* forwarded: the address of the client, as proxies pass it in Forwarded (RFC 7239) or
 * X-Forwarded-For. */
#ifndef HTTP_FORWARDED_H
#define HTTP_FORWARDED_H

#include "base/network.h"
#include "base/span.h"

enum forwarded_field { FORWARDED_NONE, FORWARDED_STANDARD, FORWARDED_X };

/*
 * Returns the client's address: starts at the peer and follows the elements of the field from
 * the last one on, as long as the address is that of a trusted proxy. Returns the last valid
 * address if an element has none, and `connected` if the peer is not trusted. fields: the lines
 * of a request header.
 */
struct address forwarded_client(const struct address *connected, struct span fields,
                                enum forwarded_field field, const struct network_list *trusted);

#endif
