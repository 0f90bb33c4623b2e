/* SPDX-License-Identifier: BSD-2-Clause */
/* index: the index of all pages, for browsers. */
#ifndef PAGES_INDEX_H
#define PAGES_INDEX_H

#include "observer/page.h"

void index_write(struct page *page);

#endif
