/* SPDX-License-Identifier: BSD-2-Clause */
/* profiles: the pages that are profiles of workers. */
#ifndef PAGES_PROFILES_H
#define PAGES_PROFILES_H

#include "observer/page.h"

void profiles_cpu(struct page *page);
void profiles_heap(struct page *page);   /* in use */
void profiles_allocs(struct page *page); /* allocated so far */
void profiles_growth(struct page *page); /* what came to be in use in a window */
void profiles_block(struct page *page);
void profiles_mutex(struct page *page);

/* The sum of a value so far, over all workers. */
int64_t profiles_total(const struct view *view, enum profile_kind kind, const char *value);

#endif
