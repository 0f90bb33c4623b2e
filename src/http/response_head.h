/* SPDX-License-Identifier: BSD-2-Clause */
/* response_head: writes response heads (RFC 9110, RFC 9112 section 4) into the caller's buffer.
 */
#ifndef HTTP_RESPONSE_HEAD_H
#define HTTP_RESPONSE_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "http/date.h"
#include "http/representation.h"
#include "http/response.h"

enum { RESPONSE_HEAD_MAX = 1920 }; /* octets of a head, less what the representation adds */

/* Space that is enough for any head of this representation, which may be NULL; but for a
 * Location, which takes up to PERCENT_GROWTH times its length. */
size_t response_head_max(const struct representation *representation);

/*
 * Writes the head of a response; for errors, the short text that follows it too. date is the
 * value of Date. Returns the length. size must be at least response_head_max(): less is a bug
 * and asserts.
 */
size_t response_head(char *out, size_t size, const struct response *response,
                     const struct representation *representation, const char date[DATE_SIZE]);

/*
 * Writes the whole response to a request that was not understood; the connection closes.
 * reason, if not NULL, tells people more than the status does. head_only leaves the text out,
 * for HEAD. id is the value of X-Request-Id; empty: no such field.
 */
size_t response_head_refusal(char *out, size_t size, unsigned status, const char *reason,
                             bool head_only, struct span id, const char date[DATE_SIZE]);

#endif
