/* SPDX-License-Identifier: BSD-2-Clause */
/* gzip: writes bytes to a stream in gzip format (RFC 1952). */
#ifndef FORMAT_GZIP_H
#define FORMAT_GZIP_H

#include <stddef.h>
#include <stdio.h>

/* 0 or -ENOMEM; errors of out are left to ferror(3). */
int gzip_write(const void *bytes, size_t size, FILE *out) __attribute__((warn_unused_result));

#endif
