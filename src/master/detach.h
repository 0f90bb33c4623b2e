/* SPDX-License-Identifier: BSD-2-Clause */
/* detach: moves the daemon to the background, and still reports a failed start. */
#ifndef MASTER_DETACH_H
#define MASTER_DETACH_H

/*
 * Goes on in a child that leads a session of its own. The calling process waits in here and
 * exits: with 0 when the child calls detach_ready(), with 1 when the child ends before.
 * Returns, in the child, what detach_ready() wants; or a negative errno.
 */
int detach_begin(void) __attribute__((warn_unused_result));

/* Closes the descriptors that the caller left open, from first on: a daemon would keep locks,
 * pipes and sockets of others. Call before anything is opened. */
void detach_inherited(unsigned first);

/* Lets the terminal go: standard streams lead to /dev/null. Call before workers inherit them.
 */
void detach_streams(void);

/* Lets the waiting parent go. */
void detach_ready(int handle);

#endif
