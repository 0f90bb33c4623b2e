/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash: what a process records about its own crash by SIGSEGV and the like, in shared memory,
 * for another process to read. Then the signal does what it would have done, so a core is as
 * the system is configured, and shows the place of the crash.
 *
 * See sigaction(2), sigaltstack(2), core(5).
 */
#ifndef STACK_CRASH_H
#define STACK_CRASH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "stack/label.h"
#include "stack/registers.h"
#include "stack/unwind.h"

#define CRASH_WORDS 256 /* of the stack, where arguments can be */

/* How the stack was found. */
enum crash_stack {
    CRASH_STACK_WHOLE,
    CRASH_STACK_ASTRAY,  /* the program counter was nowhere in the code: frames of who led there
                          */
    CRASH_STACK_GUESSED, /* the same, and the caller is the best guess of a damaged stack */
    CRASH_STACK_CUT      /* ends where it can't be read any more */
};

/* One process's, in shared memory. A process writes its own; whoever reads it must not trust
 * it. */
struct crash_record {
    uint32_t complete; /* 0: the process died over its record, which holds what there is */
    uint32_t reported; /* see crash_claim() */
    pid_t pid;         /* 0: no crash */
    pid_t tid;
    int32_t signal;
    int32_t code;      /* si_code */
    uintptr_t address; /* si_addr; of signals that were sent: the sender's process id */
    uintptr_t pc;
    uintptr_t sp;
    uint32_t label; /* label.h: what the thread worked for */
    uint32_t stack; /* enum crash_stack */
    struct label_request request;
    char id[LABEL_ID_SIZE]; /* of the request; empty: none */
    struct registers registers;
    uint32_t words; /* of the stack that could be read, from sp on; 0 without registers */
    uintptr_t top[CRASH_WORDS];
    struct unwind_ends frames;
};

/* Clears the record and has crashes of this process recorded there from now on; also those of
 * processes it forks until they call this with their own. Includes crash_arm_thread(). NULL:
 * crashes are no longer recorded. 0 or a negative errno: then some can't be. */
int crash_arm(struct crash_record *record) __attribute__((warn_unused_result));

/* For every other thread, at its start: gives it a stack for the handler, and lets the signals
 * of crashes through. The thread must last as long as the process. 0 or a negative errno: then
 * the overflow of its stack can't be recorded. */
int crash_arm_thread(void) __attribute__((warn_unused_result));

/* Copies the record of a crash of this process. False: there was none. */
bool crash_take(const struct crash_record *record, pid_t pid, struct crash_record *copy)
    __attribute__((warn_unused_result));

/* Is the caller the first who wants to report this crash? */
bool crash_claim(struct crash_record *record) __attribute__((warn_unused_result));

#endif
