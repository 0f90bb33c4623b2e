/* SPDX-License-Identifier: BSD-2-Clause */
/* registers: for each processor, a table from DWARF register numbers to ucontext_t. */
#include "stack/registers.h"

#include <stddef.h>

#include "base/count.h"

static bool off; /* static, because a signal handler gets no argument of its own */

#if defined(__x86_64__)

/* System V ABI, AMD64 supplement, figure 3.36. */
static const struct {
    const char *name;
    int place;
} places[REGISTERS_COUNT] = {
    { "rax", REG_RAX }, { "rdx", REG_RDX }, { "rcx", REG_RCX }, { "rbx", REG_RBX },
    { "rsi", REG_RSI }, { "rdi", REG_RDI }, { "rbp", REG_RBP }, { "rsp", REG_RSP },
    { "r8", REG_R8 },   { "r9", REG_R9 },   { "r10", REG_R10 }, { "r11", REG_R11 },
    { "r12", REG_R12 }, { "r13", REG_R13 }, { "r14", REG_R14 }, { "r15", REG_R15 },
    { "rip", REG_RIP },
};

static uint64_t
value_of(const ucontext_t *user, unsigned number)
{
    return (uint64_t)user->uc_mcontext.gregs[places[number].place];
}

bool
registers_preserved(unsigned number)
{
    return number == 3 || number == 6 || (number >= 12 && number <= 15);
}

const char *
registers_name(unsigned number)
{
    return number < COUNT(places) ? places[number].name : NULL;
}

#else

/* DWARF for the Arm 64-bit architecture, section 4.1. */
static uint64_t
value_of(const ucontext_t *user, unsigned number)
{
    return number < 31    ? user->uc_mcontext.regs[number]
           : number == 31 ? user->uc_mcontext.sp
                          : user->uc_mcontext.pc;
}

/* Procedure Call Standard for the Arm 64-bit Architecture, section 6.1.1. */
bool
registers_preserved(unsigned number)
{
    return number >= 19 && number <= 29;
}

const char *
registers_name(unsigned number)
{
    static const char *const names[REGISTERS_COUNT] = {
        "x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",  "x9",  "x10",
        "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21",
        "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp",  "pc",
    };

    return number < COUNT(names) ? names[number] : NULL;
}

#endif

void
registers_keep(bool keep)
{
    off = !keep;
}

void
registers_read(const ucontext_t *user, struct registers *registers)
{
    registers->count = off ? 0 : REGISTERS_COUNT;
    for (unsigned i = 0; i < REGISTERS_COUNT; i++)
        registers->values[i] = off ? 0 : value_of(user, i);
}
