/* SPDX-License-Identifier: BSD-2-Clause */
/* Schedtrace: when lines are due, and what is in them. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
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

#include "base/clock.h"
#include "master/schedtrace.h"
#include "shared/counters.h"

static struct generation newest;
static struct generation older;
static struct slot gone;
static struct schedtrace schedtrace;
static int fd;
static off_t taken;

/* One worker of the older one still drains. None of these is a process id. */
static void
create(struct generation *generation, unsigned workers, pid_t first)
{
    assert_int_equal(slots_create(&generation->shared.slots, workers, 0), 0);
    generation->shared.roster = roster_create(workers);
    assert_non_null(generation->shared.roster);
    for (unsigned i = 0; i < workers; i++)
        generation->shared.roster->entries[i].pid = first == 0 ? 0 : first + (pid_t)i;
}

static int
set_up(void **state)
{
    (void)state;
    create(&newest, 3, 0x40000000);
    create(&older, 1, 0x50000000);
    newest.older = &older;
    gone = (struct slot){ 0 };
    schedtrace = (struct schedtrace){ 0 };
    taken = 0;
    return (fd = memfd_create("lines", MFD_CLOEXEC)) < 0 ? -1 : 0;
}

static int
tear_down(void **state)
{
    (void)state;
    schedtrace_free(&schedtrace);
    slots_destroy(&newest.shared.slots);
    slots_destroy(&older.shared.slots);
    roster_destroy(newest.shared.roster);
    roster_destroy(older.shared.roster);
    close(fd);
    return 0;
}

static bool
write_line(const char *line, size_t length)
{
    return write(fd, line, length) == (ssize_t)length;
}

/* What schedtrace_run() writes at this time. */
static const char *
run(uint64_t now)
{
    static char text[4096];
    ssize_t length;

    schedtrace_run(&schedtrace, &newest, &gone, now, write_line);
    length = pread(fd, text, sizeof(text) - 1, taken);
    assert_true(length >= 0);
    taken += length;
    text[length] = '\0';
    return text;
}

static void
set(uint64_t sched, uint64_t alloc, uint64_t now)
{
    const struct config_debug debug = { .schedtrace = sched, .alloctrace = alloc };

    schedtrace_set(&schedtrace, &debug, &newest, &gone, now);
}

static void
off_is_never(void **state)
{
    (void)state;
    assert_int_equal(schedtrace_next(&schedtrace), 0);
    set(0, 0, 5000);
    assert_int_equal(schedtrace_next(&schedtrace), 0);
    assert_string_equal(run(1 << 20), "");
}

static void
each_at_its_period(void **state)
{
    (void)state;
    set(1000, 300, 5000);
    assert_int_equal(schedtrace_next(&schedtrace), 5300);
    assert_string_equal(run(5299), "");
    assert_memory_equal(run(5301), "ALLOC 301ms: ", 13);
    assert_int_equal(schedtrace_next(&schedtrace), 5600);
    assert_memory_equal(run(5920), "ALLOC 920ms: ", 13); /* one was missed */
    assert_int_equal(schedtrace_next(&schedtrace), 6000);
    assert_memory_equal(run(6000), "SCHED 1000ms: ", 14);
    assert_int_equal(schedtrace_next(&schedtrace), 6200); /* the others stay where they were */
}

static void
a_reload_changes_the_period(void **state)
{
    (void)state;
    set(1000, 0, 5000);
    set(1000, 200, 5100);
    assert_int_equal(schedtrace_next(&schedtrace), 5300);
    set(1000, 0, 5200);
    assert_int_equal(schedtrace_next(&schedtrace), 6000);
    set(0, 0, 5200);
    assert_int_equal(schedtrace_next(&schedtrace), 0);
}

/* At the start nobody has counted anything: all that comes until the first line is in it. */
static void
counts_from_the_start(void **state)
{
    struct slot *slot = slots_worker(&newest.shared.slots, 0);
    const pid_t pid = newest.shared.roster->entries[0].pid;
    const char *text;

    (void)state;
    newest.shared.roster->entries[0].pid = 0;
    set(1000, 1000, 5000);
    newest.shared.roster->entries[0].pid = pid;
    slot->served.requests = 3;
    slot->memory.allocations = 40;
    text = run(6000);
    assert_non_null(strstr(text, " requests=3 "));
    assert_non_null(strstr(text, " allocs=40 "));
    slot->served.requests = 4;
    assert_non_null(strstr(run(7000), " requests=1 "));
}

/* Lines that a reload switches on count from then on; those with a new period lose nothing. */
static void
counts_from_a_reload(void **state)
{
    struct slot *slot = slots_worker(&newest.shared.slots, 0);
    const char *text;

    (void)state;
    set(0, 0, 5000);
    slot->served.requests = 3;
    slot->memory.allocations = 40;
    set(1000, 1000, 5500);
    slot->served.requests += 2;
    slot->memory.allocations += 8;
    set(500, 1000, 6000);
    text = run(6500);
    assert_non_null(strstr(text, " requests=2 "));
    assert_non_null(strstr(text, " allocs=8 "));
    slot->served.requests += 1;
    set(0, 0, 6600);
    set(500, 0, 6700);
    slot->served.requests += 5;
    assert_non_null(strstr(run(7200), " requests=5 "));
}

static void
scheduling(void **state)
{
    struct slot *slot = slots_worker(&newest.shared.slots, 1);
    struct slot *old = slots_worker(&older.shared.slots, 0);

    (void)state;
    slot->accepted = 100;
    gone.accepted = 50;
    newest.shared.roster->entries[2].pid = 0;
    set(1000, 0, 5000);
    slot->accepted += 4;
    slot->connections = 3;
    slot->idle = 2;
    slot->turn_began = 5990;
    slot->turns = 9;
    slot->runnable = 1;
    slot->served.requests = 6;
    slot->reads = 8;
    old->connections = 1;
    old->stalls = 5;
    gone.accepted += 1;
    assert_string_equal(run(6000), "SCHED 1000ms: workers=2 idleworkers=1 draining=1 conns=4 "
                                   "idleconns=2 runnable=1 accepts=5 requests=6 stalls=5 "
                                   "turns=9 reads=8 switches=0 rundelay=0 [0 3 -]\n");
    slot->turns += 1;
    assert_string_equal(run(7000), "SCHED 2000ms: workers=2 idleworkers=1 draining=1 conns=4 "
                                   "idleconns=2 runnable=1 accepts=0 requests=0 stalls=0 "
                                   "turns=1 reads=0 switches=0 rundelay=0 [0 3 -]\n");
}

/* A generation that ends goes to what is gone; nothing is counted twice or taken back. */
static void
a_generation_ends(void **state)
{
    struct slot *old = slots_worker(&older.shared.slots, 0);

    (void)state;
    old->turns = 7;
    set(1000, 0, 5000);
    old->turns = 9;
    old->connections = 1;
    counters_sum(&older.shared.slots, &gone);
    old->turns = 0;
    older.shared.roster->entries[0].pid = 0;
    assert_non_null(strstr(run(6000), " draining=0 conns=0 "));
    assert_int_equal(schedtrace.lines[SCHEDTRACE_SCHED].total.turns, 9);
    gone.turns += 1;
    assert_non_null(strstr(run(7000), " turns=1 "));
}

static unsigned long
own_switches(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (unsigned long)usage.ru_nivcsw;
}

/* Two processes that want the same CPU take it from each other. */
static void
fight(void)
{
    const uint64_t end = clock_now() + 300;
    cpu_set_t one;
    pid_t pid;

    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    pid = fork();
    while (clock_now() < end) {
    }
    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
}

/* This process is a worker: its switches are the kernel's. */
static void
switches(void **state)
{
    unsigned long outer; /* around both readings */
    unsigned long inner; /* between them */
    const char *line;

    (void)state;
    newest.shared.roster->entries[0].pid = getpid();
    outer = own_switches();
    set(1000, 0, 5000);
    inner = own_switches();
    fight();
    inner = own_switches() - inner;
    line = strstr(run(6000), " switches=");
    outer = own_switches() - outer;
    assert_non_null(line);
    assert_true(inner > 0);
    assert_in_range(strtoul(line + strlen(" switches="), NULL, 10), inner, outer);
}

static void
memory(void **state)
{
    struct slot *slot = slots_worker(&newest.shared.slots, 0);
    struct slot *other = slots_worker(&newest.shared.slots, 1);
    struct slot *none = slots_worker(&newest.shared.slots, 2);

    (void)state;
    slot->memory = (struct slot_memory){ 1000, 2000, 300, 200, 100, 50, 40 };
    other->memory.in_use = 24;
    none->memory.in_use = 1 << 20; /* of a process that has ended */
    newest.shared.roster->entries[2].pid = 0;
    set(0, 500, 5000);
    slot->memory.allocations = 45;
    assert_string_equal(run(5500),
                        "ALLOC 500ms: inuse=1024 heap=2000 freepages=300 threadcache=200 "
                        "centralcache=100 released=50 allocs=10 [1000 24 -]\n");
    /* Another process begins anew. */
    newest.shared.roster->entries[0].pid = 0x60000000;
    slot->memory.allocations = 3;
    assert_non_null(strstr(run(6000), " allocs=6 "));
    slot->memory.allocations = 1; /* not by itself, but nothing underflows */
    assert_non_null(strstr(run(6500), " allocs=0 "));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(off_is_never),
        CASE(each_at_its_period),
        CASE(a_reload_changes_the_period),
        CASE(counts_from_the_start),
        CASE(counts_from_a_reload),
        CASE(scheduling),
        CASE(a_generation_ends),
        CASE(switches),
        CASE(memory),
    };

    return cmocka_run_group_tests_name("schedtrace", tests, NULL, NULL);
}
