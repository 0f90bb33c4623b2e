/* SPDX-License-Identifier: BSD-2-Clause */
/* fetch: gets a page of the observer, see tiffd-debug(7). */
#ifndef CTL_FETCH_H
#define CTL_FETCH_H

#include <stddef.h>

#include "ctl/session.h"

/* Both are the caller's; fetch_free() frees them. */
struct fetch {
    char *body;
    size_t length;
    char *error; /* why there is no body; NULL: success */
};

/* Requests target with GET from an address of [debug] listen, and waits without a limit. tick:
 * as in session.h. */
void fetch_run(struct fetch *fetch, const char *address, const char *target,
               const struct session_tick *tick);
void fetch_free(struct fetch *fetch);

#endif
