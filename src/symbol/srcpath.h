/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * srcpath: names of source files as tools need them. Compilers write them relative to where
 * they ran, "../src/main.c", which means nothing to who looks at a profile somewhere else.
 */
#ifndef SYMBOL_SRCPATH_H
#define SYMBOL_SRCPATH_H

/* name as an absolute one without "." and "..", seen from directory. NULL: neither of them is
 * absolute, or there is no memory. To be freed. */
char *srcpath_join(const char *directory, const char *name) __attribute__((warn_unused_result));

#endif
