/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls: the system calls that each kind of process needs after its start. Calls that are not
 * in this table are refused.
 */
#ifndef SANDBOX_CALLS_H
#define SANDBOX_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/kind.h"

#define CALLS_CONDITIONS 2 /* per call; all of them must hold */

/* Holds when (argument & mask) == value; mask 0: no condition. */
struct call_condition {
    unsigned argument; /* 0 to 5 */
    uint64_t mask;
    uint64_t value;
};

struct call {
    const char *name; /* as in syscalls(2); may be unknown to this architecture */
    unsigned kinds;   /* a bit for each enum sandbox_kind */
    bool self;        /* the first argument must be the caller's process id */
    struct call_condition conditions[CALLS_CONDITIONS];
};

/* Returns the next row for this kind of process, NULL at the end. *place starts at 0. */
const struct call *calls_next(enum sandbox_kind kind, size_t *place);

#endif
