/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_stack: where the main thread is in the kernel. A counter of its CPU time
 * (perf_event_open(2)) sends SIGPROF instead of a timer, and puts the kernel's part of the
 * stack into a ring that it shares with this process. The signal arrives when the system call
 * returns, so both parts are of the same call.
 */
#ifndef PROFILE_KERNEL_STACK_H
#define PROFILE_KERNEL_STACK_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Call in the main thread while it may (CAP_PERFMON, or kernel.perf_event_paranoid below 2).
 * hz: signals a second of CPU time. 0 or a negative errno. */
int kernel_stack_open(unsigned hz) __attribute__((warn_unused_result));

bool kernel_stack_is_open(void);

/* Starts or stops the signals. Safe in signal handlers, like the next two. */
void kernel_stack_arm(bool on);

/* Does the signal come from the counter? */
bool kernel_stack_sent(const siginfo_t *info);

/* Copies the stack of the newest sample: an address of an instruction, then return addresses.
 * Returns their number, 0 if the thread was not in the kernel. */
unsigned kernel_stack_take(uintptr_t *pcs, unsigned max);

/* The same from the bytes of a ring, whose size is a power of 2; head and tail count all bytes
 * that were ever written and read. */
unsigned kernel_stack_parse(const char *ring, size_t size, uint64_t tail, uint64_t head,
                            uintptr_t *pcs, unsigned max);

#endif
