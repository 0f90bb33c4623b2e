/* SPDX-License-Identifier: BSD-2-Clause */
/* past: the last minutes, second by second, as JSON; see shared/history.h. */
#ifndef PAGES_PAST_H
#define PAGES_PAST_H

#include "observer/page.h"

void past_write(struct page *page);

#endif
