/* SPDX-License-Identifier: BSD-2-Clause */
/* crash_ways: see crash_ways.h. Nothing here is inlined, and every call has a frame. */
#include "crash_ways.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/count.h"
#include "stack/crash.h"

/* What sanitizers would find is meant. */
#define HERE __attribute__((noinline, noclone, noipa, no_sanitize("address", "undefined")))

/* Keeps a call from becoming a jump. */
#define STAY() __asm__ volatile("" ::: "memory")

#if defined(__x86_64__)
#define BREAKPOINT "int3"
#define ILLEGAL    "ud2"
#else
#define BREAKPOINT "brk #0"
#define ILLEGAL    "udf #0"
#endif

HERE static void
write_to(volatile int *place)
{
    *place = 1;
    STAY();
}

HERE void
crash_by_write(void)
{
    write_to((volatile int *)(uintptr_t)0x10);
    STAY();
}

HERE static void
call(void (*function)(void))
{
    function();
    STAY();
}

static void (*volatile nothing)(void);

HERE static void
crash_by_null_call(void)
{
    call(nothing);
    STAY();
}

HERE static void
crash_by_wild_call(void)
{
    call((void (*)(void))(uintptr_t)0x12345678);
    STAY();
}

static int data = 1;

HERE static void
crash_by_data_call(void)
{
    call((void (*)(void))(uintptr_t)&data);
    STAY();
}

HERE static void
crash_by_abort(void)
{
    abort();
}

HERE static int
dive(volatile int *depth)
{
    volatile int deeper = *depth + 1;

    return *depth < 0 ? 0 : dive(&deeper) + *depth;
}

HERE static void
crash_by_overflow(void)
{
    volatile int depth = 0;

    dive(&depth);
    STAY();
}

HERE static void
smash_return(void)
{
    ((volatile uintptr_t *)__builtin_frame_address(0))[1] = 0x41414141;
}

HERE static void
smash_all(void)
{
    volatile uintptr_t *frame = __builtin_frame_address(0);

    for (size_t i = 0; i < 128; i++)
        frame[i] = 0x4141414141414141;
}

/* What is smashed above its own frame is this one. */
HERE static void
call_smasher(void (*smash)(void))
{
    volatile uintptr_t capacity[512] = { 1 };

    smash();
    STAY();
    (void)capacity[0];
}

HERE void
crash_by_smashed_return(void)
{
    call_smasher(smash_return);
    STAY();
}

HERE static void
crash_by_smashed_stack(void)
{
    call_smasher(smash_all);
    STAY();
}

static void (*in_thread)(void);

static void *
run_thread(void *argument)
{
    (void)argument;
    if (crash_arm_thread() < 0)
        _exit(1);
    in_thread();
    return NULL;
}

/* As readers are started: with everything blocked. */
static void
start_thread(void (*way)(void))
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all;

    in_thread = way;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, CRASH_WAYS_STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    pthread_create(&thread, &attributes, run_thread, NULL);
    pthread_join(thread, NULL);
}

void
crash_in_thread(void)
{
    start_thread(crash_by_write);
}

static void
crash_by_thread_overflow(void)
{
    start_thread(crash_by_overflow);
}

HERE static void
crash_by_bus(void)
{
    FILE *file = tmpfile();

    write_to(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0));
    STAY();
}

HERE static void
crash_by_trap(void)
{
    __asm__ volatile(BREAKPOINT);
    STAY();
}

HERE static void
crash_by_illegal(void)
{
    __asm__ volatile(ILLEGAL);
    STAY();
}

#if defined(__x86_64__) /* 64-bit ARM divides by zero without a word */
HERE static void
crash_by_division(void)
{
    volatile int zero = 0;

    data /= zero;
    STAY();
}
#endif

HERE void
crash_by_kill(void)
{
    kill(getppid(), SIGUSR2);
    for (;;)
        pause();
}

const struct crash_way crash_ways[] = {
    { "write", crash_by_write, SIGSEGV, "(address not mapped) at 0x10,",
      "write_to crash_by_write live main" },
    { "call NULL", crash_by_null_call, SIGSEGV, "(address not mapped) at 0x0,",
      "call crash_by_null_call live main" },
    { "wild call", crash_by_wild_call, SIGSEGV, "(address not mapped) at 0x12345678,",
      "call crash_by_wild_call live main" },
    { "call data", crash_by_data_call, SIGSEGV, "(access not permitted)",
      "call crash_by_data_call live main" },
    { "abort", crash_by_abort, SIGABRT, "(raised by itself)",
      "abort crash_by_abort live main" },
    { "overflow", crash_by_overflow, SIGSEGV, "(stack overflow)",
      "dive dive same left dive same crash_by_overflow live main" },
    { "smashed return", crash_by_smashed_return, SIGSEGV, "at 0x41414141",
      "crash_by_smashed_return live main" },
    { "smashed stack", crash_by_smashed_stack, SIGSEGV, "", "" },
    { "thread", crash_in_thread, SIGSEGV, "(address not mapped) at 0x10,",
      "write_to crash_by_write run_thread" },
    { "thread overflow", crash_by_thread_overflow, SIGSEGV, "(stack overflow)",
      "dive dive left dive crash_by_overflow run_thread" },
    { "bus", crash_by_bus, SIGBUS, "(address beyond the end of the file)",
      "write_to crash_by_bus live main" },
    { "trap", crash_by_trap, SIGTRAP, "(breakpoint)", "crash_by_trap live main" },
    { "illegal", crash_by_illegal, SIGILL, "(illegal ", "crash_by_illegal live main" },
#if defined(__x86_64__)
    { "division", crash_by_division, SIGFPE, "(division by zero)",
      "crash_by_division live main" },
#endif
};

const size_t crash_way_count = COUNT(crash_ways);
