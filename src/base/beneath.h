/* SPDX-License-Identifier: BSD-2-Clause */
/* beneath: opens files below a directory, and none outside of it. See openat2(2). */
#ifndef BASE_BENEATH_H
#define BASE_BENEATH_H

#include <stdbool.h>

/* name is relative to the directory. follow: symbolic links, as long as they stay below it;
 * otherwise there may be none in the name. flags as for open(2). A descriptor or a negative
 * errno: -ELOOP is a link that is not followed, -EXDEV one that leads out, -ENOSYS a kernel
 * before 5.6. */
int beneath_open(int directory, const char *name, int flags, bool follow)
    __attribute__((warn_unused_result));

#endif
