/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash: records a crash of this process (SIGSEGV and the like) in shared memory, for another
 * process to read. Then the signal takes its default action, so that a core file, if the system
 * is configured to write one, shows the place of the crash.
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
#include "stack/top.h"
#include "stack/unwind.h"

/* How the stack was found. */
enum crash_stack {
    CRASH_STACK_WHOLE,
    CRASH_STACK_ASTRAY,  /* the program counter pointed to no code; frames of its caller */
    CRASH_STACK_GUESSED, /* the same, and the caller was guessed from a damaged stack */
    CRASH_STACK_CUT      /* incomplete: the rest could not be read */
};

/* In shared memory. Only the process itself writes its record; readers must not trust it. */
struct crash_record {
    uint32_t complete; /* 0: the process died while it wrote the record */
    uint32_t reported; /* see crash_claim() */
    pid_t pid;         /* 0: no crash */
    pid_t tid;
    int32_t signal;
    int32_t code;      /* si_code */
    uintptr_t address; /* si_addr; if a process sent the signal: its id */
    uintptr_t pc;
    uintptr_t sp;
    uint32_t label; /* label.h: the object that the thread was serving */
    uint32_t stack; /* enum crash_stack */
    struct label_request request;
    char id[LABEL_ID_SIZE]; /* of the request; empty: none */
    struct registers registers;
    struct stack_top top; /* of the stack; empty if registers are off */
    struct unwind_ends frames;
};

/* Clears the record and records crashes of this process there from now on, and those of its
 * children until they call this themselves. Includes crash_arm_thread(). NULL: stops recording.
 * 0 or a negative errno: then some crashes can't be recorded. */
int crash_arm(struct crash_record *record) __attribute__((warn_unused_result));

/* Call at the start of every other thread: gives it an alternate stack and unblocks the signals
 * of crashes. The thread must last as long as the process. 0 or a negative errno: then an
 * overflow of its stack can't be recorded. */
int crash_arm_thread(void) __attribute__((warn_unused_result));

/* Copies the crash record of this process. False: it has not crashed. */
bool crash_take(const struct crash_record *record, pid_t pid, struct crash_record *copy)
    __attribute__((warn_unused_result));

/* Claims the report of a crash. True for the first caller only. */
bool crash_claim(struct crash_record *record) __attribute__((warn_unused_result));

#endif
