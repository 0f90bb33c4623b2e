/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profiles: the pages that are profiles of workers. As profile.proto for clients that accept
 * gzip (`go tool pprof`, browsers), else in the format of gperftools (`google-pprof`, which
 * fetches with curl), or whatever ?format= says.
 */
#ifndef PAGES_PROFILES_H
#define PAGES_PROFILES_H

#include "observer/page.h"
#include "symbol/symbol.h"

void profiles_cpu(struct page *page);
void profiles_heap(struct page *page);   /* in use */
void profiles_allocs(struct page *page); /* allocated so far */
void profiles_growth(struct page *page); /* what came to be in use in a window */
void profiles_block(struct page *page);
void profiles_mutex(struct page *page);

/* Gives names to addresses that are none of code. False without memory. */
typedef bool profiles_namer(void *argument, struct symbols *symbols);

/* Answers with a profile of a kind without tables, as profile.proto. name may be NULL. What it
 * can't write becomes an error. */
void profiles_reply(struct page *page, const struct profile *profile, const char *file_name,
                    profiles_namer *name, void *argument);

/* The same as the client wants it: as profile.proto, or for people. */
void profiles_write(struct page *page, const struct profile *profile, const char *file_name);

/* Is such a page asked for as profile.proto, or for people? */
bool profiles_wanted(const struct page *page);

/* The sum of a value so far, over all workers. */
int64_t profiles_total(const struct view *view, enum profile_kind kind, const char *value);

#endif
