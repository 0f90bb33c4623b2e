/* SPDX-License-Identifier: BSD-2-Clause */
/* wall: the page about where the event loops of workers spend a time, whether they use a CPU or
 * not. */
#ifndef PAGES_WALL_H
#define PAGES_WALL_H

#include "observer/page.h"

void wall_write(struct page *page);

#endif
