/* SPDX-License-Identifier: BSD-2-Clause */
/* utf8: names of files may hold any bytes, but pages and JSON must be UTF-8 (RFC 3629). Pure.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/span.h"

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD: what stands for bytes that are none */

/* The length of the character at the start of text, which is not empty: 1 to 4; 0: the bytes
 * there are not UTF-8. */
size_t utf8_length(struct span text) __attribute__((pure));

#endif
