/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refused: handles system calls that are not on a process's list. They fail with EPERM, or, in
 * mode "log", are made anyway. The handler only counts them; the process logs them later.
 */
#ifndef SANDBOX_REFUSED_H
#define SANDBOX_REFUSED_H

#include <stdbool.h>
#include <stdint.h>

/* Installs the handler for SIGSYS. repeat: makes the call anyway. A SIGSYS that does not come
 * from the filter goes to the previous handler. Each call also increments *counter, which other
 * processes may share (NULL: none). 0 or a negative errno. */
int refused_arm(bool repeat, uint64_t *counter) __attribute__((warn_unused_result));

/* Calls so far, in all threads. */
uint64_t refused_count(void);

/* Logs calls refused since the last time: each call when it first occurs, and again when its
 * count gains a digit. who: "worker". Costs one load if there is nothing to log. */
void refused_log(const char *who);

/* The instruction pointer that the kernel reports for a call made by refused_repeat(). */
const void *refused_repeat_address(void);

#endif
