/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cors: which pages of other origins may read responses (Fetch Standard, "CORS protocol").
 * Pure.
 */
#ifndef HTTP_CORS_H
#define HTTP_CORS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum { CORS_ORIGIN_MAX = 280 }; /* octets of an origin: scheme://host:port */

/* Who may read: nobody, every page ("*" alone), or the pages of these origins. */
struct cors {
    char *const *origins; /* as browsers send them; compared octet by octet */
    size_t count;
};

/* The value of Access-Control-Allow-Origin for a request with this Origin (empty: without one);
 * empty: no such field. It is valid as long as the origins of cors. */
struct span cors_allow(const struct cors *cors, struct span origin) __attribute__((pure));

/* Whether responses depend on the request's Origin, so that caches have to know (Vary). */
bool cors_varies(const struct cors *cors) __attribute__((pure));

#endif
