/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refused: what becomes of a system call that is not on a process's list: it fails with EPERM,
 * or in the mode "log" is made all the same; its number is kept until somebody has time to log
 * it.
 */
#ifndef SANDBOX_REFUSED_H
#define SANDBOX_REFUSED_H

#include <stdbool.h>
#include <stdint.h>

/* Handles SIGSYS of a filter from now on; repeat: the call is made all the same. A SIGSYS from
 * elsewhere goes to the handler that was there before. Each call is added to *counter, too,
 * which other processes may add to (NULL: nowhere). 0 or a negative errno. */
int refused_arm(bool repeat, uint64_t *counter) __attribute__((warn_unused_result));

/* Calls so far, of all threads. */
uint64_t refused_count(void);

/* Logs what has come since the last time: each call the first time, and then as its number has
 * another digit. who: "worker". Costs one load while there is nothing. */
void refused_log(const char *who);

/* The address that the kernel sees in a call that is repeated. */
const void *refused_repeat_address(void);

#endif
