/* SPDX-License-Identifier: BSD-2-Clause */
/* Crash: children that really crash, in each way, and what is left of it. */
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

#include "crash_ways.h"
#include "format/crash_report.h"
#include "stack/crash.h"
#include "stack/label.h"
#include "symbol/backtrace.h"

static struct crash_record *shared;

/* --- the child ---------------------------------------------------------------------------- */

static void
live(void (*way)(void))
{
    const struct rlimit none = { 0, 0 };
    const struct rlimit stack = { CRASH_WAYS_STACK, CRASH_WAYS_STACK };

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
    backtrace_ends(symbols, &record->frames, write_line, out);
    fclose(out);
    symbol_close(symbols);
    return text;
}

/* --- tests -------------------------------------------------------------------------------- */

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
    for (size_t i = 0; i < crash_way_count; i++) {
        const struct crash_way *way = &crash_ways[i];
        struct crash_record record;
        char line[CRASH_REPORT_LINE];
        char *stack;

        assert_int_equal(crash(way->crash, &record), way->signal);
        stack = stack_of(&record);
        crash_report_describe(&record, "child", NULL, line);
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
    char line[CRASH_REPORT_LINE];

    (void)state;
    crash(crash_by_smashed_return, &record);
    assert_int_equal(record.pc, 0x41414141);
    assert_in_range(record.stack, CRASH_STACK_ASTRAY, CRASH_STACK_GUESSED);
    record.stack = CRASH_STACK_GUESSED;
    crash_report_describe(&record, "child", NULL, line);
    assert_non_null(strstr(line, "damaged"));
}

static void
a_signal_names_its_sender(void **state)
{
    struct crash_record record;
    char line[CRASH_REPORT_LINE];
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
    crash_report_describe(&record, "child", NULL, line);
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
    };

    shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED || cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
