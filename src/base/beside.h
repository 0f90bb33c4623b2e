/* SPDX-License-Identifier: BSD-2-Clause */
/* beside: the name of a file that is made beside its path and renamed when all is well. */
#ifndef BASE_BESIDE_H
#define BASE_BESIDE_H

/* "PATH.PID", so that each process has its own. The caller's to free; NULL without memory. */
char *beside_name(const char *path) __attribute__((warn_unused_result));

#endif
