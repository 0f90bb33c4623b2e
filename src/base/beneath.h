/* SPDX-License-Identifier: BSD-2-Clause */
/* beneath: opens files below a directory, and none outside it. See openat2(2). */
#ifndef BASE_BENEATH_H
#define BASE_BENEATH_H

#include <stdbool.h>

/* name is relative to the directory. follow: follows symbolic links that stay below it;
 * otherwise the name must contain none. flags: as for open(2). A descriptor or a negative
 * errno: -ELOOP for a link that is not followed, -EXDEV for one that leads out, -ENOSYS for one
 * to follow without openat2(2) (before Linux 5.6, and under some filters). */
int beneath_open(int directory, const char *name, int flags, bool follow)
    __attribute__((warn_unused_result));

/* Opens a regular file for reading. What is something else, as a FIFO or a device, is not
 * opened, because that has effects: -EISDIR, or -EINVAL. */
int beneath_open_file(int directory, const char *name, bool follow)
    __attribute__((warn_unused_result));

#endif
