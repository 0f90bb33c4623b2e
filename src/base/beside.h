/* SPDX-License-Identifier: BSD-2-Clause */
/* beside: the name of a temporary file beside a path, which is renamed when it is complete. */
#ifndef BASE_BESIDE_H
#define BASE_BESIDE_H

/* "PATH.PID", so that each process has its own. The caller's to free; NULL without memory. */
char *beside_name(const char *path) __attribute__((warn_unused_result));

#endif
