/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump: the current stack of a process, requested by another one. The handler of a real-time
 * signal writes the stack of the main thread to shared memory, so a process replies even in a
 * busy loop, but not while it is stopped or in an uninterruptible wait for a disk.
 */
#ifndef STACK_DUMP_H
#define STACK_DUMP_H

#include <stdint.h>
#include <sys/types.h>

#include "stack/registers.h"
#include "stack/top.h"

#define DUMP_DEPTH 64

struct dump {
    uint32_t label; /* label.h: the object that the thread is serving */
    uint32_t depth;
    struct registers registers;
    struct stack_top top;      /* of the stack; empty if registers are off */
    uintptr_t pcs[DUMP_DEPTH]; /* as in unwind.h */
};

/* Of one process, in shared memory. */
struct dump_record {
    pid_t pid;        /* the process that replies; 0: none */
    uint32_t asked;   /* requests so far */
    uint32_t version; /* odd: being written */
    uint32_t answered;
    struct dump dump;
};

/* Makes this process reply to requests. Call once, in the main thread; other threads must keep
 * the signal blocked. 0 or a negative errno. */
int dump_arm(struct dump_record *record) __attribute__((warn_unused_result));

/* Requests the stack of a process. pid must come from memory that workers can't write. 0;
 * -ESRCH: no such process, or it does not reply to requests; -ETIMEDOUT after so many
 * milliseconds; or another negative errno. */
int dump_ask(struct dump_record *record, pid_t pid, unsigned milliseconds, struct dump *dump)
    __attribute__((warn_unused_result));

#endif
