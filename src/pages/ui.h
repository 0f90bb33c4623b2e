/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ui: the files of the dashboard, which the build puts into the program: those of ui/ and the
 * libraries that they use. A build without the libraries has none of them.
 */
#ifndef PAGES_UI_H
#define PAGES_UI_H

#include "observer/page.h"

/* The dashboard; where there is none, the index, which says why. */
void ui_start(struct page *page);

/* One of its files: whatever is under "/ui/". */
void ui_write(struct page *page);
bool ui_has(struct span name);

/* NULL: there is a dashboard; else why not. */
const char *ui_missing(void);

#endif
