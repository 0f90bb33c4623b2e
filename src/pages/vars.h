/* SPDX-License-Identifier: BSD-2-Clause */
/* vars: the daemon's variables as JSON, in the shape of Go's expvar. */
#ifndef PAGES_VARS_H
#define PAGES_VARS_H

#include "observer/page.h"

/* An object with cmdline and memstats as Go's programs have them (the members of memstats that
 * mean something here), and totals, workers and objects. */
void vars_write(struct page *page);

#endif
