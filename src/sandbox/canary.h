/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * canary: the stack protector's secret value, which guards return addresses. A forked process
 * inherits it, so an attacker who can crash workers repeatedly could guess it byte by byte.
 */
#ifndef SANDBOX_CANARY_H
#define SANDBOX_CANARY_H

#include <stdint.h>
#include <sys/random.h>

/* The current value; 0: unknown. */
static inline uint64_t
canary_value(void)
{
    uint64_t value = 0;

#if defined(__x86_64__)
    __asm__ volatile("mov %%fs:0x28, %0" : "=r"(value));
#endif
    return value;
}

/* Replaces the value. No function that is being executed may return afterwards; that is also
 * why this one is always inlined. Does nothing where the value is read-only (AArch64). The
 * lowest byte stays 0, which terminates strings. */
static inline __attribute__((always_inline)) void
canary_renew(void)
{
#if defined(__x86_64__)
    uint64_t value = canary_value();

    (void)!getrandom(&value, sizeof(value), 0);
    value &= ~UINT64_C(0xff);
    __asm__ volatile("mov %0, %%fs:0x28" : : "r"(value) : "memory");
#endif
}

#endif
