/* SPDX-License-Identifier: BSD-2-Clause */
/* Profile_files: which files there are after which event, and what is in them. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"
#include "base/log.h"
#include "base/sink.h"
#include "master/profile_files.h"
#include "profile/sampler.h"
#include "profile/stacks.h"
#include "profile/tables.h"
#include "profile_load.h"
#include "sandbox/confine.h"
#include "scratch.h"

#define MS 1000000u

static const struct confinement open_air = { .mode = SANDBOX_MODE_OFF,
                                             .identity.user = (uid_t)-1 };

static char prefix[64];
static struct tables tables;
static const struct shared shared = { .generation = 7,
                                      .tables = &tables,
                                      .confinement = &open_air };
static struct profile_files *files;

static struct profile_files *
create(const char *where)
{
    const struct profile_files_options options = {
        .cpu = where, .keep = 2, .owner = { .identity.user = (uid_t)-1, .mode = 0600 }
    };

    return profile_files_create(&shared, &options);
}

static int
set_up(void **state)
{
    (void)state;
    if (tables_create(&tables, &(struct tables_plan){ .workers = 2 }) < 0)
        return -1;
    snprintf(prefix, sizeof(prefix), "%s", scratch_path("p"));
    files = create(prefix);
    return files ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    profile_files_destroy(files);
    scratch_clear();
    tables_destroy(&tables);
    return 0;
}

/* Waits until all is written. */
static void
settle(void)
{
    siginfo_t info;

    while (profile_files_busy(files)) {
        assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
        child_reap();
    }
}

/* The CPU time in a worker's file, in ms; -1: no such file. */
static long
recorded(unsigned worker, int pid)
{
    uintptr_t head[2];
    uintptr_t pcs[STACKS_DEPTH];
    char path[128];
    long sum = 0;
    FILE *in;

    snprintf(path, sizeof(path), "%s.w%u.%d.cpu.prof", prefix, worker, pid);
    if ((in = fopen(path, "r")) == NULL)
        return -1;
    assert_int_equal(fseek(in, 5 * sizeof(uintptr_t), SEEK_SET), 0);
    while (fread(head, sizeof(head), 1, in) == 1 &&
           fread(pcs, sizeof(*pcs), head[1], in) == head[1] && pcs[0] != 0)
        sum += (long)head[0];
    fclose(in);
    return sum;
}

static bool
exists(const char *name)
{
    char path[128];

    snprintf(path, sizeof(path), "%s.%s", prefix, name);
    return access(path, F_OK) == 0;
}

/* One process of worker 1, which uses so much CPU time. */
static void
live_and_die(int pid, unsigned ms)
{
    const uintptr_t pcs[] = { 100, 200 };
    const struct rusage usage = { .ru_utime = { 0, ms * 1000 } };

    profile_files_prepare(files, 1);
    profile_files_spawned(files, 1, pid);
    load_table(load_stacks(&tables, PROFILE_CPU, 1), 0, pcs, 2, 1, ms * MS);
    profile_files_ended(files, 1, &usage);
    settle();
}

static void
each_process_has_a_file_of_its_own_time(void **state)
{
    (void)state;
    live_and_die(4001, 30);
    live_and_die(4002, 50);
    assert_int_equal(recorded(1, 4001), 30);
    assert_int_equal(recorded(1, 4002), 50);
    assert_int_equal(sampler_cpu_time(tables_cpu(&tables, 1)), 80 * MS);
    assert_int_equal(scratch_count(), 2);
}

static void
old_files_are_deleted(void **state)
{
    (void)state;
    for (int pid = 4001; pid <= 4005; pid++) {
        live_and_die(pid, 10);
        usleep(20000);
    }
    assert_int_equal(scratch_count(), 2);
    assert_int_equal(recorded(1, 4005), 10);
    assert_int_equal(recorded(1, 4003), -1);
}

static void
living_workers_and_the_whole_are_written_on_demand(void **state)
{
    const uintptr_t pcs[] = { 100, 200 };

    (void)state;
    profile_files_prepare(files, 0);
    profile_files_spawned(files, 0, 5001);
    load_table(load_stacks(&tables, PROFILE_CPU, 0), 0, pcs, 2, 1, 5 * MS);
    profile_files_write(files);
    settle();
    assert_int_equal(recorded(0, 5001), 5);
    assert_true(exists("cpu.pb.gz"));
    assert_int_equal(scratch_count(), 2);
    load_table(load_stacks(&tables, PROFILE_CPU, 0), 0, pcs, 2, 1, 4 * MS);
    profile_files_write(files);
    settle();
    assert_int_equal(recorded(0, 5001), 9);
    assert_int_equal(scratch_count(), 2);
}

static void
a_replaced_generation_writes_under_its_number(void **state)
{
    (void)state;
    profile_files_replaced(files);
    profile_files_write(files);
    settle();
    assert_true(exists("g7.cpu.pb.gz"));
    assert_false(exists("cpu.pb.gz"));
}

/* Whoever asks while files are written gets them written again, once. */
static void
one_child_writes_at_a_time(void **state)
{
    const uintptr_t pcs[] = { 100, 200 };
    siginfo_t info;
    pid_t first;

    (void)state;
    profile_files_prepare(files, 0);
    profile_files_spawned(files, 0, 5001);
    profile_files_write(files);
    assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
    first = info.si_pid;
    load_table(load_stacks(&tables, PROFILE_CPU, 0), 0, pcs, 2, 1, 5 * MS);
    for (unsigned i = 0; i < 50; i++) {
        profile_files_write_unless_busy(files);
        profile_files_write(files);
    }
    assert_int_equal(recorded(0, 5001), 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), first); /* there is no other */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    profile_files_abandon(files);
    assert_false(profile_files_busy(files));
    profile_files_write(files);
    profile_files_write(files);
    assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
    child_reap();
    assert_true(profile_files_busy(files)); /* with the second */
    settle();
    assert_int_equal(recorded(0, 5001), 5);
}

static void
processes_that_end_while_files_are_written_have_theirs(void **state)
{
    const struct rusage usage = { .ru_utime = { 0, 30000 } };
    const uintptr_t pcs[] = { 100, 200 };

    (void)state;
    profile_files_write(files);
    for (int pid = 4001; pid <= 4002; pid++) {
        profile_files_prepare(files, 1);
        profile_files_spawned(files, 1, pid);
        load_table(load_stacks(&tables, PROFILE_CPU, 1), 0, pcs, 2, 1, 30 * MS);
        profile_files_ended(files, 1, &usage);
    }
    settle();
    assert_int_equal(recorded(1, 4001), 30);
    assert_int_equal(recorded(1, 4002), 30);
}

static void
what_is_abandoned_is_killed(void **state)
{
    (void)state;
    profile_files_write(files);
    profile_files_write(files);
    profile_files_destroy(files);
    files = create(prefix);
    assert_true(wait(NULL) > 0);
    assert_int_equal(wait(NULL), -1);
}

static void
no_files_are_written_when_off(void **state)
{
    (void)state;
    profile_files_destroy(files);
    files = create(NULL);
    live_and_die(4001, 30);
    profile_files_write(files);
    settle();
    assert_int_equal(scratch_count(), 0);
    assert_int_equal(sampler_cpu_time(tables_cpu(&tables, 1)), 30 * MS);
}

static void
a_missing_directory_costs_a_line_in_the_log(void **state)
{
    char line[256] = "";
    FILE *in;

    (void)state;
    assert_int_equal(sink_open(scratch_path("log")), 0);
    profile_files_destroy(files);
    files = create("/nonexistent/p");
    live_and_die(4001, 30);
    assert_int_equal(sink_open(NULL), 0);
    assert_non_null(in = fopen(scratch_path("log"), "r"));
    assert_non_null(fgets(line, sizeof(line), in));
    fclose(in);
    assert_non_null(strstr(line, "profile /nonexistent/p.w1.4001.cpu.prof: No such file"));
    assert_int_equal(scratch_count(), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_process_has_a_file_of_its_own_time),
        TEST(old_files_are_deleted),
        TEST(living_workers_and_the_whole_are_written_on_demand),
        TEST(a_replaced_generation_writes_under_its_number),
        TEST(one_child_writes_at_a_time),
        TEST(processes_that_end_while_files_are_written_have_theirs),
        TEST(what_is_abandoned_is_killed),
        TEST(no_files_are_written_when_off),
        TEST(a_missing_directory_costs_a_line_in_the_log),
    };

    return cmocka_run_group_tests_name("profile_files", tests, NULL, NULL);
}
