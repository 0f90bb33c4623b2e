/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers: what a handler's third argument keeps of the interrupted thread, by processor. See
 * getcontext(3) and sigaction(2), "SA_SIGINFO".
 */
#ifndef STACK_REGISTERS_H
#define STACK_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

#if defined(__x86_64__)
#define REGISTERS_COUNT 17 /* the last is the program counter, which unwinders call RA */
#else
#define REGISTERS_COUNT 32
#endif

/* What they held, by the numbers that DWARF gives them. */
struct registers {
    uint32_t count; /* 0: they are not kept; else REGISTERS_COUNT */
    uint64_t values[REGISTERS_COUNT];
};

/* Whether registers_read() keeps anything: they can hold addresses and what is being worked on.
 * For this process and those that it forks; they are kept unless this is called. */
void registers_keep(bool keep);

/* Safe in signal handlers. */
void registers_read(const ucontext_t *user, struct registers *registers);

/* "rax"; NULL: there is none. */
const char *registers_name(unsigned number);

static inline uintptr_t
registers_pc(const ucontext_t *user)
{
#if defined(__x86_64__)
    return (uintptr_t)user->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uintptr_t)user->uc_mcontext.pc;
#else
#error "registers.h: where does this processor's ucontext_t keep the program counter?"
#endif
}

static inline uintptr_t
registers_sp(const ucontext_t *user)
{
#if defined(__x86_64__)
    return (uintptr_t)user->uc_mcontext.gregs[REG_RSP];
#else
    return (uintptr_t)user->uc_mcontext.sp;
#endif
}

/* Where the thread continues when the handler returns, and where unwinding begins. */
static inline void
registers_set(ucontext_t *user, uintptr_t pc, uintptr_t sp)
{
#if defined(__x86_64__)
    user->uc_mcontext.gregs[REG_RIP] = (greg_t)pc;
    user->uc_mcontext.gregs[REG_RSP] = (greg_t)sp;
#else
    user->uc_mcontext.pc = pc;
    user->uc_mcontext.sp = sp;
#endif
}

/* Where a processor that keeps the return address in a register has it; 0: on the stack. */
static inline uintptr_t
registers_link(const ucontext_t *user)
{
#if defined(__x86_64__)
    (void)user;
    return 0;
#else
    return (uintptr_t)user->uc_mcontext.regs[30];
#endif
}

#endif
