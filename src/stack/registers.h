/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers: the registers of an interrupted thread, from the third argument of a signal
 * handler. See getcontext(3) and sigaction(2), "SA_SIGINFO".
 */
#ifndef STACK_REGISTERS_H
#define STACK_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

#if defined(__x86_64__)
#define REGISTERS_COUNT 17
#define REGISTERS_SP    7
#else
#define REGISTERS_COUNT 33
#define REGISTERS_SP    31
#endif
#define REGISTERS_PC (REGISTERS_COUNT - 1)

/* By DWARF register number. */
struct registers {
    uint32_t count; /* REGISTERS_COUNT, or 0: not recorded */
    uint64_t values[REGISTERS_COUNT];
};

/* Whether registers_read() records anything: registers can hold addresses and user data.
 * Applies to this process and its future children; the default is true. */
void registers_keep(bool keep);

/* Safe in signal handlers. */
void registers_read(const ucontext_t *user, struct registers *registers);

/* Whether a function restores this register before it returns (callee-saved). */
bool registers_preserved(unsigned number);

/* "rax"; NULL: no such register. */
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

/* Sets where unwinding starts, and where the thread continues when the handler returns. */
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

/* The return address, on processors that keep it in a register; 0: it is on the stack. */
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
