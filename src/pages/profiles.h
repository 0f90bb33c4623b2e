/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profiles: the pages that are profiles of workers. In profile.proto for who can unpack gzip
 * (`go tool pprof`, browsers), else in the format of gperftools (`google-pprof`, which fetches
 * with curl), or whatever ?format= says.
 */
#ifndef PAGES_PROFILES_H
#define PAGES_PROFILES_H

#include "observer/page.h"

void profiles_cpu(struct page *page);
void profiles_heap(struct page *page);   /* in use */
void profiles_allocs(struct page *page); /* allocated so far */
void profiles_growth(struct page *page); /* what came to be in use in a window */
void profiles_block(struct page *page);

/* Distinct stacks so far, of all workers. */
uint64_t profiles_count(const struct view *view, enum profile_kind kind);

#endif
