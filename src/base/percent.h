/* SPDX-License-Identifier: BSD-2-Clause */
/* percent: percent-encoding of URL paths (RFC 3986 section 2.1). Pure. */
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include "base/span.h"

#define PERCENT_GROWTH 3 /* an encoded path is at most so many times as long */

/* Writes the path with all that can't be in the path of a URL encoded; slashes stay. Returns
 * the new end, which is at most PERCENT_GROWTH * path.length behind out; there is no NUL. */
char *percent_encode(char *out, struct span path);

#endif
