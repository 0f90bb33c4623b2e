/* SPDX-License-Identifier: BSD-2-Clause */
/* residence: where the bytes of objects are, and how many of them are in memory (ledger.h). */
#ifndef PAGES_RESIDENCE_H
#define PAGES_RESIDENCE_H

#include "observer/page.h"

/* A table for people; or a profile, whose frames are objects and what holds them. */
void residence_write(struct page *page);

/* What is known to be in memory, for the index. */
void residence_count(const struct view *view, FILE *out);

#endif
