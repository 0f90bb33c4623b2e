/* SPDX-License-Identifier: BSD-2-Clause */
/* detach: moves the daemon to the background, and still reports a failed start. */
#ifndef MASTER_DETACH_H
#define MASTER_DETACH_H

/*
 * Continues in a child with a session of its own. The calling process waits here and exits:
 * with 0 when the child calls detach_ready(), with 1 if the child ends before. Returns, in the
 * child, the argument of detach_ready(), or a negative errno.
 */
int detach_begin(void) __attribute__((warn_unused_result));

/* Closes the descriptors that the caller left open, from first on, because a daemon would keep
 * other programs' locks, pipes and sockets open. Call before anything is opened. */
void detach_inherited(unsigned first);

/* Leaves the terminal: standard streams are redirected to /dev/null. Call before workers
 * inherit them. */
void detach_streams(void);

/* Lets the waiting parent go. */
void detach_ready(int handle);

#endif
