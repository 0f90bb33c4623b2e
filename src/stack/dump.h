/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump: the current stack of a process, on request of another process. A real-time signal makes
 * its handler write the stack of the main thread into shared memory, so it answers in the
 * middle of a loop, too; not while it is stopped or waits for a disk in the kernel.
 */
#ifndef STACK_DUMP_H
#define STACK_DUMP_H

#include <stdint.h>
#include <sys/types.h>

#include "stack/registers.h"

#define DUMP_DEPTH 64

struct dump {
    uint32_t label; /* label.h: what the thread works for */
    uint32_t depth;
    struct registers registers;
    uintptr_t pcs[DUMP_DEPTH]; /* as in unwind.h */
};

/* One process's, in shared memory. */
struct dump_record {
    pid_t pid;        /* who answers; 0: nobody */
    uint32_t asked;   /* questions so far */
    uint32_t version; /* odd: being written */
    uint32_t answered;
    struct dump dump;
};

/* Makes this process answer. Call once, in the main thread; other threads must keep the signal
 * blocked. 0 or a negative errno. */
int dump_arm(struct dump_record *record) __attribute__((warn_unused_result));

/* Asks the process; its id is from a source that it can't write. 0; -ESRCH when there is no
 * process (that answers), -ETIMEDOUT after so many milliseconds, or another negative errno. */
int dump_ask(struct dump_record *record, pid_t pid, unsigned milliseconds, struct dump *dump)
    __attribute__((warn_unused_result));

#endif
