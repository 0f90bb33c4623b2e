/* SPDX-License-Identifier: BSD-2-Clause */
/* index: the page for people who come with a browser. */
#ifndef OBSERVER_INDEX_H
#define OBSERVER_INDEX_H

#include "observer/page.h"

void index_write(struct page *page);

#endif
