/* SPDX-License-Identifier: BSD-2-Clause */
/* accept_encoding: which content coding a client prefers (RFC 9110 section 12.5.3). Pure. */
#ifndef HTTP_ACCEPT_ENCODING_H
#define HTTP_ACCEPT_ENCODING_H

#include <stddef.h>

#include "base/coding.h"
#include "http/request.h"

/*
 * The one of these codings that the request weights highest, and of several the first.
 * CODING_IDENTITY: it accepts none of them, or weights the form without a coding higher. That
 * is also served to clients that exclude it: a response that they may not be able to use is
 * better than none.
 */
enum coding accept_encoding_choose(const struct request *request, const enum coding *codings,
                                   size_t count) __attribute__((pure));

#endif
