/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profile_reply: a profile in the format that the client wants: as profile.proto for clients
 * that accept gzip (`go tool pprof`, browsers), else in the format of gperftools
 * (`google-pprof`, which fetches with curl), or whatever ?format= says.
 */
#ifndef PAGES_PROFILE_REPLY_H
#define PAGES_PROFILE_REPLY_H

#include "observer/page.h"
#include "symbol/symbol.h"

struct profile_reply {
    const struct profile *profile;
    const char *file_name;
    const char *preferred; /* value to show unless another is asked for; NULL: the kind's own */

    /* Writes it as gperftools does; NULL: that format does not exist. */
    void (*legacy)(const struct profile *profile, const struct maps *maps, FILE *out);

    /* Gives names to addresses that are none of code; false without memory. May be NULL. */
    bool (*name)(void *argument, struct symbols *symbols);
    void *argument;
};

/* Is the page asked for as a profile? Else it is asked for as text, which some pages write
 * themselves. */
bool profile_reply_wanted(const struct page *page);

/* What can't be written becomes an error. */
void profile_reply_write(struct page *page, const struct profile_reply *reply);

#endif
