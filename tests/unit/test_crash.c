/* SPDX-License-Identifier: BSD-2-Clause */
/* Crash: children that really crash, in each way, and what is left of it. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/count.h"
#include "profile/autopsy.h"
#include "profile/backtrace.h"
#include "profile/crash.h"
#include "profile/label.h"

/* What sanitizers would find is meant. */
#define HERE __attribute__((noinline, noclone, noipa, no_sanitize("address,undefined")))

/* So that an overflow is not deeper than what is looked at, see unwind.h. */
#define STACK_MAX (1 << 20)

static struct crash_record *shared;

/* Keeps a call from becoming a jump. */
#define STAY() __asm__ volatile("" ::: "memory")

/* --- ways to crash ------------------------------------------------------------------------ */

HERE static void
write_to(volatile int *place)
{
    *place = 1;
    STAY();
}

HERE static void
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
call_smasher(void)
{
    volatile uintptr_t room[8] = { 1 };

    smash_return();
    STAY();
    (void)room[0];
}

HERE static void
crash_by_smashed_return(void)
{
    call_smasher();
    STAY();
}

HERE static void
smash_all(void)
{
    volatile uintptr_t *frame = __builtin_frame_address(0);

    for (size_t i = 0; i < 128; i++)
        frame[i] = 0x4141414141414141;
}

HERE static void
crash_by_smashed_stack(void)
{
    volatile uintptr_t room[512] = { 1 };

    smash_all();
    STAY();
    (void)room[0];
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
    pthread_attr_setstacksize(&attributes, STACK_MAX);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    pthread_create(&thread, &attributes, run_thread, NULL);
    pthread_join(thread, NULL);
}

static void
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
    __asm__ volatile("int3");
    STAY();
}

HERE static void
crash_by_illegal(void)
{
    __builtin_trap();
}

HERE static void
crash_by_division(void)
{
    volatile int zero = 0;

    data /= zero;
    STAY();
}

HERE static void
crash_by_kill(void)
{
    kill(getppid(), SIGUSR2);
    for (;;)
        pause();
}

/* --- the child ---------------------------------------------------------------------------- */

static void
live(void (*way)(void))
{
    const struct rlimit none = { 0, 0 };
    const struct rlimit stack = { STACK_MAX, STACK_MAX };

    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_STACK, &stack);
    if (crash_arm(shared) < 0)
        _exit(1);
    label_set(7);
    label_set_request((struct label_request){ 12, 3 });
    way();
    _exit(0);
}

static int
crash(void (*way)(void), struct crash_record *record)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        live(way);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_true(crash_take(shared, pid, record));
    return WTERMSIG(status);
}

static void
write_line(void *argument, const char *line)
{
    fprintf(argument, "%s\n", line);
}

/* All lines, for strstr(3); to be freed. */
static char *
stack_of(const struct crash_record *record)
{
    char *text = NULL;
    size_t size;
    struct symbols *symbols = symbol_open_self();
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    assert_non_null(symbols);
    backtrace_tell_ends(symbols, &record->frames, write_line, out);
    fclose(out);
    symbol_close(symbols);
    return text;
}

/* --- tests -------------------------------------------------------------------------------- */

static const struct way {
    const char *name;
    void (*crash)(void);
    int signal;
    const char *says;   /* of autopsy_describe() */
    const char *frames; /* names that the stack holds, in this order */
} ways[] = {
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
#if defined(__x86_64__)
    { "trap", crash_by_trap, SIGTRAP, "(breakpoint)", "crash_by_trap live main" },
    { "illegal", crash_by_illegal, SIGILL, "(illegal instruction)",
      "crash_by_illegal live main" },
    { "division", crash_by_division, SIGFPE, "(division by zero)",
      "crash_by_division live main" },
#endif
};

static void
check_frames(const char *stack, const char *names, const char *way)
{
    char *copy = strdup(names);
    char *rest = copy;
    const char *at = stack;
    char *name;

    while ((name = strsep(&rest, " ")) != NULL) {
        if ((at = strstr(at, name)) == NULL)
            fail_msg("%s: no %s in\n%s", way, name, stack);
        at += strlen(name);
    }
    free(copy);
}

static void
each_way_leaves_its_stack(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ways); i++) {
        const struct way *way = &ways[i];
        struct crash_record record;
        char line[AUTOPSY_LINE];
        char *stack;

        assert_int_equal(crash(way->crash, &record), way->signal);
        stack = stack_of(&record);
        autopsy_describe(&record, "child", NULL, line);
        assert_int_equal(record.signal, way->signal);
        assert_true(record.complete);
        assert_true(record.frames.count >= 1);
        if (strstr(line, way->says) == NULL)
            fail_msg("%s: no \"%s\" in \"%s\"\n%s", way->name, way->says, line, stack);
        check_frames(stack, way->frames, way->name);
        free(stack);
    }
}

static void
a_record_says_who_and_for_what(void **state)
{
    struct crash_record record;

    (void)state;
    crash(crash_by_write, &record);
    assert_int_equal(record.label, 7);
    assert_int_equal(record.request.connection, 12);
    assert_int_equal(record.request.number, 3);
    assert_int_equal(record.tid, record.pid);
    assert_int_equal(record.address, 0x10);
    assert_int_equal(record.frames.inner[0], record.pc);
    crash(crash_in_thread, &record);
    assert_int_not_equal(record.tid, record.pid);
}

/* Where the stack is gone, too little is there, but nothing hangs, and it says so. */
static void
a_smashed_stack_is_called_one(void **state)
{
    struct crash_record record;
    char line[AUTOPSY_LINE];

    (void)state;
    crash(crash_by_smashed_return, &record);
    assert_int_equal(record.pc, 0x41414141);
    assert_in_range(record.stack, CRASH_STACK_ASTRAY, CRASH_STACK_GUESSED);
    record.stack = CRASH_STACK_GUESSED;
    autopsy_describe(&record, "child", NULL, line);
    assert_non_null(strstr(line, "damaged"));
}

static void
a_signal_names_its_sender(void **state)
{
    struct crash_record record;
    char line[AUTOPSY_LINE];
    char sender[64];
    sigset_t set;
    int signal;
    int status;
    pid_t pid;

    (void)state;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if ((pid = fork()) == 0)
        live(crash_by_kill);
    sigwait(&set, &signal);
    kill(pid, SIGSEGV);
    waitpid(pid, &status, 0);
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    assert_true(crash_take(shared, pid, &record));
    autopsy_describe(&record, "child", NULL, line);
    snprintf(sender, sizeof(sender), "child: SIGSEGV (sent by process %d)", (int)getpid());
    assert_memory_equal(line, sender, strlen(sender));
}

/* Only the process's own, once; see test_unwind.c about frames. */
static void
records_are_not_trusted(void **state)
{
    struct crash_record record = { .pid = 5, .complete = 1 };
    struct crash_record copy;

    (void)state;
    assert_false(crash_take(&record, 6, &copy));
    assert_true(crash_take(&record, 5, &copy));
    assert_true(crash_claim(&record));
    assert_false(crash_claim(&record));
}

static void
disarmed_leaves_no_record(void **state)
{
    int status;
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        const struct rlimit none = { 0, 0 };

        setrlimit(RLIMIT_CORE, &none);
        if (crash_arm(shared) < 0 || crash_arm(NULL) < 0)
            _exit(1);
        crash_by_write();
    }
    waitpid(pid, &status, 0);
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    assert_int_equal(shared->pid, 0);
}

static rlim_t
limit_of(enum core core)
{
    struct rlimit limit;

    assert_int_equal(crash_core(core), 0);
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    return limit.rlim_cur;
}

static void
cores_are_as_configured(void **state)
{
    struct rlimit limit;

    (void)state;
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = limit.rlim_max > 4096 ? 4096 : limit.rlim_max;
    setrlimit(RLIMIT_CORE, &limit);
    assert_int_equal(limit_of(CORE_OFF), limit.rlim_max < 1 ? 0 : 1);
    assert_int_equal(limit_of(CORE_ON), limit.rlim_max);
    assert_int_equal(limit_of(CORE_SYSTEM), limit.rlim_cur);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_leaves_its_stack),
        cmocka_unit_test(a_smashed_stack_is_called_one),
        cmocka_unit_test(a_record_says_who_and_for_what),
        cmocka_unit_test(a_signal_names_its_sender),
        cmocka_unit_test(records_are_not_trusted),
        cmocka_unit_test(disarmed_leaves_no_record),
        cmocka_unit_test(cores_are_as_configured),
    };

    shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED || cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
