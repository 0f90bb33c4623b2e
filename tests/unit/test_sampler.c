/* SPDX-License-Identifier: BSD-2-Clause */
/* Sampler: CPU time against what the kernel charged, in children; never against a clock on the
 * wall. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/shmem.h"
#include "profile/sampler.h"
#include "profile/stacks.h"
#include "profile_load.h"
#include "stack/label.h"

#define MS 1000000u

static struct tables tables;

static int
set_up(void **state)
{
    (void)state;
    return tables_create(&tables, &(struct tables_plan){ .workers = 2 });
}

static int
tear_down(void **state)
{
    (void)state;
    tables_destroy(&tables);
    return 0;
}

static struct sampler_table *
cpu(void)
{
    return tables_cpu(&tables, 0);
}

static uint64_t
distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* What samples alone add up to, without the remainder that profile_each() shows. */
static uint64_t
sampled(unsigned value)
{
    struct stacks *copy = stacks_copy(sampler_stacks(cpu()));
    const struct stacks_record *record;
    size_t place = 0;
    uint64_t sum = 0;

    while ((record = stacks_next(copy, &place)) != NULL)
        sum += record->values[value];
    free(copy);
    return sum;
}

struct load {
    unsigned hz;
    void (*run)(void);
};

static void
start_and_run(void *argument)
{
    const struct load *load = argument;

    if (sampler_start(cpu(), load->hz) < 0)
        _exit(1);
    load->run();
}

static void
idle(void)
{
    for (unsigned i = 0; i < 20; i++)
        usleep(1000);
}

static void
light(void)
{
    for (unsigned i = 0; i < 150; i++) {
        load_user(MS);
        usleep(300);
    }
}

/* Goes on until samples cover nearly all that this process used. A thread is sampled when a
 * tick of the kernel interrupts it; on a busy machine, its turns can be shorter than a tick. */
static void
until_covered(void)
{
    for (unsigned i = 0; i < 50; i++) {
        const uint64_t used = clock_read(CLOCK_PROCESS_CPUTIME_ID);

        if (distance(sampled(SAMPLER_NS), used) <= used / 20)
            return;
        load_user(50 * MS);
    }
}

static void
full(void)
{
    load_user(300 * MS);
    load_system(300 * MS);
    until_covered();
}

static void
in_the_program(void)
{
    load_user(600 * MS);
}

static void
in_the_kernel(void)
{
    load_system(600 * MS);
}

/* Against getrusage(2) of the process, whose own split is made of ticks, too. */
static void
user_and_system_time_are_told_apart(void **state)
{
    static void (*const runs[])(void) = { in_the_program, in_the_kernel };

    (void)state;
    for (unsigned i = 0; i < COUNT(runs); i++) {
        struct load load = { 100, runs[i] };
        uint64_t charged;
        uint64_t part;

        assert_int_equal(set_up(NULL), 0);
        sampler_request(cpu(), 0, true);
        assert_int_equal(load_wait(load_start(start_and_run, &load), &charged), 0);
        part = sampled(i == 0 ? SAMPLER_USER_NS : SAMPLER_SYSTEM_NS);
        assert_int_equal(sampled(SAMPLER_USER_NS) + sampled(SAMPLER_SYSTEM_NS),
                         sampled(SAMPLER_NS));
        assert_true(part > sampled(SAMPLER_NS) / 2);
        tables_destroy(&tables);
    }
}

static void
totals_are_what_the_kernel_charged(void **state)
{
    static const struct load loads[] = { { 100, idle },   { 1000, idle }, { 100, light },
                                         { 1000, light }, { 100, full },  { 1000, full } };

    (void)state;
    for (unsigned i = 0; i < COUNT(loads); i++) {
        struct profile *profile;
        struct load load = loads[i];
        uint64_t charged;
        uint64_t total;

        assert_int_equal(set_up(NULL), 0);
        sampler_request(cpu(), 0, true);
        assert_int_equal(load_wait(load_start(start_and_run, &load), &charged), 0);
        sampler_retire(cpu(), charged);
        profile = profile_take(&tables, PROFILE_CPU, 0, 1, NULL);
        total = (uint64_t)profile_total(profile, 1);
        assert_true(distance(total, charged) <= charged / 20);
        if (load.run == full)
            assert_true(distance(sampled(SAMPLER_NS), charged) <= charged / 10);
        profile_free(profile);
        tables_destroy(&tables);
    }
}

static void
a_sample_in_a_system_call_has_the_whole_stack(void **state)
{
    struct load load = { 250, full };
    struct profile *profile;
    uint64_t charged;

    (void)state;
    sampler_request(cpu(), 0, true);
    assert_int_equal(load_wait(load_start(start_and_run, &load), &charged), 0);
    profile = profile_take(&tables, PROFILE_CPU, 0, 1, NULL);
    assert_true(load_has_stack(profile, "load_system", "main"));
    assert_true(load_has_stack(profile, "load_user", "main"));
    assert_false(load_has_stack(profile, "main", "load_user"));
    assert_false(load_has_stack(profile, "take_sample", "main"));
    profile_free(profile);
}

/* So long that what no sample covers, at the start and at the end, is a small part. */
#define BURN (500 * MS)

static void
burn_until_killed(void)
{
    load_user(60000ull * MS);
}

static void
burn_until_segv(void)
{
    load_user(BURN);
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static void
samples_survive_a_violent_end(void **state)
{
    struct load killed = { 250, burn_until_killed };
    struct load crashed = { 250, burn_until_segv };
    uint64_t charged;
    pid_t pid;

    (void)state;
    sampler_request(cpu(), 0, true);
    pid = load_start(start_and_run, &killed);
    while (sampled(SAMPLER_NS) < BURN)
        usleep(1000);
    kill(pid, SIGKILL);
    assert_int_equal(load_wait(pid, &charged), SIGKILL);
    assert_true(distance(sampled(SAMPLER_NS), charged) <= charged / 5);
    sampler_retire(cpu(), charged);
    assert_true(sampler_cpu_time(cpu()) == charged);

    assert_int_equal(load_wait(load_start(start_and_run, &crashed), &charged) & 0x7f, SIGSEGV);
    sampler_retire(cpu(), charged);
    assert_true(distance(sampled(SAMPLER_NS), sampler_cpu_time(cpu())) <=
                sampler_cpu_time(cpu()) / 5);
}

/* Until the worker has used that much more. */
static void
wait_for_cpu_time(uint64_t ns)
{
    uint64_t end = sampler_cpu_time(cpu()) + ns;

    while (sampler_cpu_time(cpu()) < end)
        usleep(1000);
}

/* A stuck worker must not be asked for help: only signals reach it. On a busy machine it may
 * run for long between two lines of this function, so what is to be less is read first. */
static void
samples_start_and_end_while_a_worker_is_stuck(void **state)
{
    struct load load = { 250, burn_until_killed };
    uint64_t charged;
    uint64_t before;
    uint64_t covered;
    pid_t pid;

    (void)state;
    pid = load_start(start_and_run, &load);
    while (cpu()->pid == 0 || sampler_cpu_time(cpu()) < 50 * MS)
        usleep(1000);
    assert_int_equal(sampled(SAMPLER_SAMPLES), 0);

    before = sampler_cpu_time(cpu());
    sampler_request(cpu(), pid, true);
    sampler_request(cpu(), pid, true);
    sampler_request(cpu(), pid, false);
    while (sampled(SAMPLER_SAMPLES) < 20)
        usleep(1000);
    covered = sampled(SAMPLER_NS);
    assert_true(covered <= sampler_cpu_time(cpu()) - before + 5 * MS);

    sampler_request(cpu(), pid, false);
    wait_for_cpu_time(30 * MS);
    before = sampled(SAMPLER_SAMPLES);
    wait_for_cpu_time(50 * MS);
    assert_int_equal(sampled(SAMPLER_SAMPLES), before);
    kill(pid, SIGKILL);
    load_wait(pid, &charged);
}

static uint64_t *spent; /* CPU time under each label, shared with the child */

static void
labelled(void)
{
    label_set(1);
    load_user(300 * MS);
    until_covered();
    spent[1] = clock_read(CLOCK_PROCESS_CPUTIME_ID);
    label_set(2);
    load_user(600 * MS);
    until_covered();
    spent[2] = clock_read(CLOCK_PROCESS_CPUTIME_ID) - spent[1];
    label_set(LABEL_NONE);
}

static void
samples_carry_the_label_of_their_moment(void **state)
{
    struct load load = { 1000, labelled };
    const struct stacks_record *record;
    uint64_t by_label[3] = { 0 };
    struct stacks *copy;
    uint64_t charged;
    size_t place = 0;

    (void)state;
    assert_non_null(spent = shmem_map(3 * sizeof(*spent)));
    sampler_request(cpu(), 0, true);
    assert_int_equal(load_wait(load_start(start_and_run, &load), &charged), 0);
    copy = stacks_copy(sampler_stacks(cpu()));
    while ((record = stacks_next(copy, &place)) != NULL) {
        assert_true(record->label < 3);
        by_label[record->label] += record->values[SAMPLER_NS];
    }
    assert_true(distance(by_label[1], spent[1]) <= charged / 10);
    assert_true(distance(by_label[2], spent[2]) <= charged / 10);
    free(copy);
    munmap(spent, 3 * sizeof(*spent));
}

static void *
help(void *argument)
{
    sigset_t all;

    (void)argument;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    if (sampler_add_thread() < 0)
        _exit(2);
    load_user(200 * MS);
    until_covered();
    return NULL;
}

static void
with_threads(void)
{
    pthread_t threads[3];

    for (unsigned i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, help, NULL) != 0)
            _exit(3);
    load_user(200 * MS);
    until_covered();
    for (unsigned i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}

static void
all_threads_that_ask_for_it_are_sampled(void **state)
{
    struct load load = { 250, with_threads };
    uint64_t charged;
    struct profile *profile;

    (void)state;
    sampler_request(cpu(), 0, true);
    assert_int_equal(load_wait(load_start(start_and_run, &load), &charged), 0);
    assert_true(distance(sampled(SAMPLER_NS), charged) <= charged / 10);
    profile = profile_take(&tables, PROFILE_CPU, 0, 1, NULL);
    assert_true(load_has_stack(profile, "load_user", "help"));
    assert_true(load_has_stack(profile, "load_user", "with_threads"));
    profile_free(profile);
}

static void
keep_errno(void)
{
    errno = 4711;
    for (uint64_t end = load_cpu_time() + 100 * MS; load_cpu_time() < end;)
        if (errno != 4711)
            _exit(4);
}

static void
errno_is_left_alone(void **state)
{
    struct load load = { 1000, keep_errno };
    uint64_t charged;

    (void)state;
    sampler_request(cpu(), 0, true);
    assert_int_equal(load_wait(load_start(start_and_run, &load), &charged), 0);
    assert_true(sampled(SAMPLER_SAMPLES) > 0);
}

static void
die_in_the_middle(void)
{
    cpu()->guard = 1;
    raise(SIGKILL);
}

static void
a_successor_goes_on_where_the_dead_one_held_the_guard(void **state)
{
    struct load first = { 1000, die_in_the_middle };
    struct load second = { 1000, light };
    uint64_t charged;

    (void)state;
    sampler_request(cpu(), 0, true);
    assert_int_equal(load_wait(load_start(start_and_run, &first), &charged), SIGKILL);
    sampler_retire(cpu(), charged);
    assert_int_equal(load_wait(load_start(start_and_run, &second), &charged), 0);
    assert_true(sampled(SAMPLER_NS) > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(user_and_system_time_are_told_apart),
        cmocka_unit_test(totals_are_what_the_kernel_charged),
        cmocka_unit_test_setup_teardown(a_sample_in_a_system_call_has_the_whole_stack, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(samples_survive_a_violent_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(samples_start_and_end_while_a_worker_is_stuck, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(samples_carry_the_label_of_their_moment, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(all_threads_that_ask_for_it_are_sampled, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(errno_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_successor_goes_on_where_the_dead_one_held_the_guard,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests_name("sampler", tests, NULL, NULL);
}
