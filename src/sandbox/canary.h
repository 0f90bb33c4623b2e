/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * canary: the value that the stack protector guards return addresses with. A fork inherits it,
 * so whoever may crash one worker after the other could guess it byte by byte.
 */
#ifndef SANDBOX_CANARY_H
#define SANDBOX_CANARY_H

#include <stdint.h>
#include <sys/random.h>

/* The one that is in use; 0: not known. */
static inline uint64_t
canary_value(void)
{
    uint64_t value = 0;

#if defined(__x86_64__)
    __asm__ volatile("mov %%fs:0x28, %0" : "=r"(value));
#endif
    return value;
}

/* Another one from here on. None of the functions that are being executed may return, and this
 * one is always inlined for that reason. Does nothing where the value is read-only (AArch64).
 * Its lowest byte stays 0, which ends strings. */
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
