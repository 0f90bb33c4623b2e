/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * srcpath: absolute names of source files. Compilers record them relative to their working
 * directory, "../src/main.c", which is useless to a reader of profiles elsewhere.
 */
#ifndef SYMBOL_SRCPATH_H
#define SYMBOL_SRCPATH_H

/* Makes name absolute, relative to directory, without "." and "..". The caller frees the
 * result. NULL: neither name is absolute, or out of memory. */
char *srcpath_join(const char *directory, const char *name) __attribute__((warn_unused_result));

#endif
