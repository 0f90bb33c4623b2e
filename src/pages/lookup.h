/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lookup: names for addresses, for tools without the program: the symbol page of gperftools'
 * "Remote servers" and of Go's net/http/pprof.
 */
#ifndef PAGES_LOOKUP_H
#define PAGES_LOOKUP_H

#include "observer/page.h"

/* GET: "num_symbols: 1", that is, names can be had. Addresses, "0x1234+0x5678", come as the
 * content of a POST or as the query; each is answered with "0x1234 name". Where calls were
 * inlined the names are joined with "--", the outermost first. */
void lookup_symbol(struct page *page);

#endif
