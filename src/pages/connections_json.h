/* SPDX-License-Identifier: BSD-2-Clause */
/* connections_json: the list of connections for programs. */
#ifndef PAGES_CONNECTIONS_JSON_H
#define PAGES_CONNECTIONS_JSON_H

#include "observer/page.h"
#include "pages/connection_list.h"

/* How many there are, and an object for each, at most query.limit. 0 or -ENOMEM. */
int connections_json_write(struct page *page, const struct connection_list *list)
    __attribute__((warn_unused_result));

#endif
