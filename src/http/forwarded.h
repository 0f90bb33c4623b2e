/* SPDX-License-Identifier: BSD-2-Clause */
/* forwarded: for whom proxies say that they ask: Forwarded (RFC 7239), X-Forwarded-For. */
#ifndef HTTP_FORWARDED_H
#define HTTP_FORWARDED_H

#include "base/network.h"
#include "base/span.h"

enum forwarded_field { FORWARDED_NONE, FORWARDED_STANDARD, FORWARDED_X };

/*
 * The nearest address that is not that of a trusted proxy: from the one that is connected,
 * along the field's elements from the last one on. It is `connected` if that is not trusted,
 * and the last one that is an address where an element is none. fields: the lines of a request
 * header.
 */
struct address forwarded_client(const struct address *connected, struct span fields,
                                enum forwarded_field field, const struct network_list *trusted);

#endif
