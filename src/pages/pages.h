/* SPDX-License-Identifier: BSD-2-Clause */
/* pages: the table of all pages. */
#ifndef PAGES_PAGES_H
#define PAGES_PAGES_H

#include "observer/route.h"

/* The page at this path, or NULL. */
const struct route *pages_find(struct span path);

/* The page with this number, or NULL. */
const struct route *pages_at(size_t number);

#endif
