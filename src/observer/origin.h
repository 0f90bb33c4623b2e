/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin: refuses requests that come from web pages of other sites. A browser on this machine
 * sends requests of any web page to any port; a page whose host name resolves to this machine
 * (DNS rebinding) could even read the reply. Host, Origin (RFC 6454) and Sec-Fetch-Site (W3C
 * Fetch Metadata) show both. Browsers can't reach Unix sockets, so requests there are not
 * checked.
 */
#ifndef OBSERVER_ORIGIN_H
#define OBSERVER_ORIGIN_H

#include <stdbool.h>

#include "config/config.h"
#include "observer/message.h"

enum { ORIGIN_REASON_MAX = 256 };

/* Is this host, perhaps with a port, "localhost", an address of 127.0.0.0/8, ::1, or one of
 * hosts?
 */
bool origin_is_known(struct span authority, const struct header_list *hosts);

/* False: reason tells why the request is refused, and how it could be allowed. fd: the
 * connection it came by. */
bool origin_allows(const struct message *message, int fd, const struct header_list *hosts,
                   char reason[static ORIGIN_REASON_MAX]) __attribute__((warn_unused_result));

#endif
