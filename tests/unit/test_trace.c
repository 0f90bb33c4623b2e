/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of shared/trace. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/count.h"
#include "shared/trace.h"

#define EVENTS 8

static struct trace *
make(unsigned events)
{
    struct trace *trace = calloc(1, trace_size(events));

    assert_non_null(trace);
    trace_init(trace, events);
    return trace;
}

/* Events whose every number is their number. */
static void
add(struct trace *trace, uint64_t first, uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++)
        trace_add(trace, i, (enum trace_kind)(i % TRACE_GAP), (uint32_t)i, (uint32_t)i, i);
}

/* A copy of what was there from number `first` on, behind a gap if it says so. Returns how many
 * were missed. */
static uint64_t
assert_copy(const struct trace_copy *copy, uint64_t first)
{
    uint64_t missed = 0;

    for (size_t i = 0; i < copy->count; i++) {
        const struct trace_event *event = &copy->events[i];

        if (event->kind == TRACE_GAP) {
            first += event->argument;
            missed += event->argument;
            continue;
        }
        assert_int_equal(event->ns, first);
        assert_int_equal(event->kind, first % TRACE_GAP);
        assert_int_equal(event->connection, (uint32_t)first);
        assert_int_equal(event->request, (uint32_t)first);
        assert_int_equal(event->argument, first);
        first++;
    }
    return missed;
}

static const struct {
    uint64_t added;
    uint64_t since;
    uint64_t count;
    uint64_t missed;
} rows[] = {
    { 0, 0, 0, 0 },
    { 3, 0, 3, 0 },
    { 3, 2, 1, 0 },
    { 3, 3, 0, 0 },
    { 3, 9, 0, 0 }, /* a number from another ring */
    { EVENTS - 1, 0, EVENTS - 1, 0 },
    { EVENTS, 0, EVENTS - 1, 1 }, /* the place of the oldest is the next to be written */
    { 3 * EVENTS + 2, 0, EVENTS - 1, 2 * EVENTS + 3 },
    { 3 * EVENTS + 2, 2 * EVENTS, EVENTS - 1, 3 },
    { 3 * EVENTS + 2, 3 * EVENTS, 2, 0 },
};

static void
a_copy_has_what_is_still_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct trace *trace = make(EVENTS);
        struct trace_copy copy = { 0 };
        uint64_t since = rows[i].since;

        add(trace, 0, rows[i].added);
        assert_int_equal(trace_written(trace), rows[i].added);
        assert_int_equal(trace_take(trace, EVENTS, &since, &copy), 0);
        assert_int_equal(copy.count, rows[i].count + (rows[i].missed > 0));
        assert_int_equal(assert_copy(&copy, rows[i].since), rows[i].missed);
        assert_int_equal(since, since > rows[i].added ? rows[i].since : rows[i].added);
        trace_free(&copy);
        free(trace);
    }
}

static void
copies_grow(void **state)
{
    struct trace *trace = make(EVENTS);
    struct trace_copy copy = { 0 };
    uint64_t since = 0;

    (void)state;
    for (uint64_t i = 0; i < 100; i++) {
        add(trace, i * 5, 5);
        assert_int_equal(trace_take(trace, EVENTS, &since, &copy), 0);
        assert_int_equal(since, i * 5 + 5);
    }
    assert_int_equal(copy.count, 500);
    assert_int_equal(assert_copy(&copy, 0), 0);
    add(trace, 500, 20);
    assert_int_equal(trace_take(trace, EVENTS, &since, &copy), 0);
    assert_int_equal(copy.count, 500 + 1 + EVENTS - 1);
    assert_int_equal(copy.events[500].ns, copy.events[501].ns);
    assert_int_equal(assert_copy(&copy, 0), 20 - (EVENTS - 1));
    trace_free(&copy);
    free(trace);
}

static void
places_are_a_power_of_two(void **state)
{
    struct trace *trace = make(5);
    struct trace_copy copy = { 0 };
    uint64_t since = 95;

    (void)state;
    assert_int_equal(trace_size(5), trace_size(8));
    assert_true(trace_size(9) > trace_size(8));
    add(trace, 0, 100);
    assert_int_equal(trace_take(trace, 5, &since, &copy), 0);
    assert_int_equal(copy.count, 5);
    trace_free(&copy);
    free(trace);
}

static void
off_is_off(void **state)
{
    struct trace *trace = make(0);
    struct trace_copy copy = { 0 };
    uint64_t since = 0;

    (void)state;
    add(trace, 0, 100);
    assert_int_equal(trace_written(trace), 0);
    assert_int_equal(trace_take(trace, 0, &since, &copy), 0);
    assert_int_equal(copy.count, 0);
    trace_free(&copy);
    free(trace);
}

static void
a_reader_stays_inside_the_memory(void **state)
{
    static const uint64_t counts[] = { UINT64_MAX, UINT64_MAX - 1, UINT64_MAX / 2 };

    (void)state;
    for (size_t i = 0; i < COUNT(counts); i++) {
        struct trace *trace = make(EVENTS);
        struct trace_copy copy = { 0 };
        uint64_t since = 0;

        add(trace, 0, EVENTS);
        trace->written = counts[i];
        trace->mask = UINT64_MAX;
        assert_int_equal(trace_take(trace, EVENTS, &since, &copy), 0);
        assert_in_range(copy.count, 0, EVENTS + 1);
        trace_free(&copy);
        free(trace);
    }
}

static void
a_route_keeps_both_its_parts(void **state)
{
    uint64_t route = trace_route(UINT32_MAX, 599);

    (void)state;
    assert_int_equal(trace_route_label(route), UINT32_MAX);
    assert_int_equal(trace_route_status(route), 599);
    assert_true(route < UINT64_C(1) << 56);
}

static void
kinds_have_names(void **state)
{
    (void)state;
    for (enum trace_kind i = 0; i < TRACE_KINDS; i++)
        assert_non_null(trace_kind_name(i));
    assert_string_equal(trace_kind_name(TRACE_WOULD_BLOCK), "would block");
    assert_string_equal(trace_kind_name(TRACE_KINDS), "unknown");
}

static void
populated_pages_are_there(void **state)
{
    const unsigned events = 4096;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t size = trace_size(events);
    struct trace *trace =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned char resident[64] = { 0 };

    (void)state;
    assert_ptr_not_equal(trace, MAP_FAILED);
    assert_true(size / page < sizeof(resident));
    trace_init(trace, events);
    add(trace, 0, 3);
    trace->mask = UINT64_MAX; /* as a wild pointer may leave it */
    trace_adopt(trace, events);
    assert_int_equal(trace->mask, events - 1);
    assert_int_equal(mincore(trace, size, resident), 0);
    for (size_t i = 0; i * page < size; i++)
        assert_true(resident[i] & 1);
    assert_int_equal(trace_written(trace), 3);
    munmap(trace, size);
}

static pid_t
start_writer(struct trace *trace)
{
    pid_t child = fork();

    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (uint64_t i = 0;; i++)
        add(trace, i, 1);
}

/* Another process writes as fast as it can while this one reads, until it is killed. */
static void
copies_are_consistent_while_it_is_written(void **state)
{
    const unsigned events = 512;
    const time_t deadline = time(NULL) + 20;
    struct trace *trace = mmap(NULL, trace_size(events), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t copied = 0;
    uint64_t missed = 0;
    pid_t child;

    (void)state;
    assert_ptr_not_equal(trace, MAP_FAILED);
    trace_init(trace, events);
    assert_true((child = start_writer(trace)) > 0);
    while ((copied < 64 * events || missed == 0) && time(NULL) < deadline) {
        uint64_t written = trace_written(trace);
        uint64_t first = written > events / 2 ? written - events / 2 : 0;
        uint64_t since = first;
        struct trace_copy copy = { 0 };

        assert_int_equal(trace_take(trace, events, &since, &copy), 0);
        missed += assert_copy(&copy, first);
        copied += copy.count;
        trace_free(&copy);
    }
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(copied >= 64 * events && missed > 0);
    munmap(trace, trace_size(events));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_has_what_is_still_there),
        cmocka_unit_test(copies_grow),
        cmocka_unit_test(places_are_a_power_of_two),
        cmocka_unit_test(off_is_off),
        cmocka_unit_test(a_reader_stays_inside_the_memory),
        cmocka_unit_test(a_route_keeps_both_its_parts),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(populated_pages_are_there),
        cmocka_unit_test(copies_are_consistent_while_it_is_written),
    };

    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
