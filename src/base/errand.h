/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * errand: a child that does one thing and ends. What needs a disk, and looking up names does,
 * may take longer than a loop can wait, or for ever.
 */
#ifndef BASE_ERRAND_H
#define BASE_ERRAND_H

#include <sys/types.h>

/*
 * As fork(2): 0 in the child; in the parent its process id, or a negative errno. SIGALRM ends
 * the child after so many seconds. Of the parent's descriptors it has the standard ones and the
 * log's: a socket that the parent closes is closed, and a pipe comes to its end.
 */
pid_t errand_fork(unsigned seconds) __attribute__((warn_unused_result));

/* The child's end, without what exit(3) would do for its parent. */
_Noreturn void errand_end(void);

#endif
