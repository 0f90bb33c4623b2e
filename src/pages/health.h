/* SPDX-License-Identifier: BSD-2-Clause */
/* health: the page for load balancers and watchdogs. */
#ifndef PAGES_HEALTH_H
#define PAGES_HEALTH_H

#include "observer/page.h"

/* "ok" when there is a process in every worker's slot of the newest generation; else 503, with
 * a line that names the slots. Says nothing about what these processes do. */
void health_write(struct page *page);

#endif
