/* SPDX-License-Identifier: BSD-2-Clause */
/* Dump: the stack of a child that is stuck, asleep, stopped or gone. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "stack/dump.h"
#include "stack/label.h"
#include "symbol/symbol.h"

#define HERE __attribute__((noinline, noclone, noipa))

static struct dump_record *record;

HERE static void
loop_for_ever(void)
{
    for (volatile unsigned i = 0;; i++)
        continue;
}

HERE static void
sleep_for_ever(void)
{
    for (;;)
        pause();
}

/* A child that does this, once it can be asked. */
static pid_t
start(void (*act)(void))
{
    pid_t pid;

    memset(record, 0, sizeof(*record));
    if ((pid = fork()) == 0) {
        alarm(30);
        label_set(3);
        if (dump_arm(record) < 0)
            _exit(1);
        act();
    }
    while (__atomic_load_n(&record->pid, __ATOMIC_SEQ_CST) != pid)
        usleep(1000);
    usleep(20000);
    return pid;
}

static void
end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static bool
has_function(const struct dump *dump, const char *name)
{
    struct symbols *symbols = symbol_open_self();
    bool found = false;

    for (unsigned i = 0; i < dump->depth && !found; i++) {
        const struct symbol *frames;
        size_t count = symbol_find(symbols, dump->pcs[i] - (i > 0), &frames);

        while (count > 0 && !found)
            found = strcmp(frames[--count].function, name) == 0;
    }
    symbol_close(symbols);
    return found;
}

static void
answers_wherever_it_is(void **state)
{
    static const struct {
        void (*act)(void);
        const char *name;
    } places[] = { { loop_for_ever, "loop_for_ever" }, { sleep_for_ever, "sleep_for_ever" } };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct dump dump;
        pid_t pid = start(places[i].act);

        for (unsigned again = 0; again < 3; again++) {
            assert_int_equal(dump_ask(record, pid, 5000, &dump), 0);
            assert_int_equal(dump.label, 3);
            assert_true(has_function(&dump, places[i].name));
            assert_true(has_function(&dump, "main"));
        }
        end(pid);
    }
}

static void
one_that_is_stopped_answers_later(void **state)
{
    struct dump dump;
    pid_t pid = start(loop_for_ever);

    (void)state;
    kill(pid, SIGSTOP);
    waitpid(pid, NULL, WUNTRACED);
    assert_int_equal(dump_ask(record, pid, 50, &dump), -ETIMEDOUT);
    kill(pid, SIGCONT);
    assert_int_equal(dump_ask(record, pid, 5000, &dump), 0);
    end(pid);
}

/* Each signal would take a place in a queue that is limited for all processes of a user. */
static void
one_that_is_stopped_gets_one_signal(void **state)
{
    struct dump dump;
    pid_t pid = start(loop_for_ever);
    uint32_t version;

    (void)state;
    assert_int_equal(dump_ask(record, pid, 5000, &dump), 0);
    version = record->version;
    kill(pid, SIGSTOP);
    waitpid(pid, NULL, WUNTRACED);
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(dump_ask(record, pid, 2, &dump), -ETIMEDOUT);
    kill(pid, SIGCONT);
    assert_int_equal(dump_ask(record, pid, 5000, &dump), 0);
    end(pid);
    assert_true(record->version <= version + 2 * 2);
}

/* The signal would end a process that does not expect it. */
static void
who_has_not_armed_is_not_asked(void **state)
{
    struct dump dump;
    pid_t pid = start(loop_for_ever);

    (void)state;
    assert_int_equal(dump_ask(record, 0, 50, &dump), -ESRCH);
    assert_int_equal(dump_ask(record, getpid(), 50, &dump), -ESRCH);
    end(pid);
    assert_int_equal(dump_ask(record, pid, 50, &dump), -ESRCH);
}

static void
several_ask_at_once(void **state)
{
    pid_t pid = start(loop_for_ever);
    int status = 0;

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        if (fork() == 0) {
            struct dump dump;
            unsigned good = 0;

            for (unsigned k = 0; k < 25; k++)
                good += dump_ask(record, pid, 5000, &dump) == 0 && dump.depth > 1 &&
                        dump.label == 3;
            _exit(good == 25 ? 0 : 1);
        }
    for (unsigned i = 0; i < 4; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    end(pid);
}

static void
replies_are_not_trusted(void **state)
{
    struct dump dump;
    pid_t pid = start(sleep_for_ever);

    (void)state;
    kill(pid, SIGSTOP);
    waitpid(pid, NULL, WUNTRACED);
    record->dump.depth = 1000000;
    record->answered = record->asked + 1;
    assert_int_equal(dump_ask(record, pid, 5000, &dump), 0);
    assert_int_equal(dump.depth, DUMP_DEPTH);
    end(pid);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_wherever_it_is),
        cmocka_unit_test(one_that_is_stopped_answers_later),
        cmocka_unit_test(one_that_is_stopped_gets_one_signal),
        cmocka_unit_test(who_has_not_armed_is_not_asked),
        cmocka_unit_test(several_ask_at_once),
        cmocka_unit_test(replies_are_not_trusted),
    };

    record =
        mmap(NULL, sizeof(*record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return record == MAP_FAILED || cmocka_run_group_tests_name("dump", tests, NULL, NULL);
}
