/* SPDX-License-Identifier: BSD-2-Clause */
/* Hostile: shared memory as a worker that was taken over may leave it. Every reader comes to an
 * end, stays inside the memory and says something; the sanitizers watch. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/chrome.h"
#include "format/crash_report.h"
#include "format/event_lines.h"
#include "format/legacy.h"
#include "format/pprof.h"
#include "format/text.h"
#include "observed.h"
#include "observer/query.h"
#include "observer/scope.h"
#include "pages/connections.h"
#include "pages/metrics.h"
#include "pages/processes.h"
#include "pages/profiles.h"
#include "pages/vars.h"
#include "profile/sampler.h"
#include "profile/stacks.h"
#include "profile_load.h"
#include "shared/trace.h"
#include "stack/crash.h"
#include "stack/dump.h"
#include "symbol/arguments.h"
#include "symbol/backtrace.h"

#define WORKERS 2
#define SEEDS   24
#define NEAR    ((uintptr_t)test_page) /* an address that has a name */

static struct observed observed;

static int
set_up(void **state)
{
    (void)state;
    observed_create(&observed, WORKERS);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    observed_destroy(&observed);
    return 0;
}

/* --- what is written ---------------------------------------------------------------------- */

static uint64_t random_state;

static uint64_t
draw(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static uint64_t
anything(void)
{
    return draw();
}

static uint64_t
all_ones(void)
{
    return UINT64_MAX;
}

/* In range for most fields, be they of 32 or of 64 bits. */
static uint64_t
small(void)
{
    return (draw() % 2 ? draw() % 70 << 32 : 0) | draw() % 70;
}

/* Where the limits of types are. */
static uint64_t
extreme(void)
{
    static const uint64_t values[] = { 0,          1,         INT64_MAX,  UINT64_C(1) << 63,
                                       UINT64_MAX, INT32_MAX, UINT32_MAX, 64 };

    return values[draw() % (sizeof(values) / sizeof(values[0]))];
}

static uint64_t (*const kinds[])(void) = { anything, all_ones, small, extreme };

static void
scribble(void *memory, size_t size, uint64_t (*number)(void))
{
    uint64_t *words = memory;

    for (size_t i = 0; i < size / sizeof(*words); i++)
        words[i] = number();
}

/* A table of stacks begins with how much of it is taken: all, so that there are records. */
static void
scribble_all(unsigned seed)
{
    random_state = seed + 1;
    scribble(observed.tables.memory, observed.tables.size, kinds[seed % 4]);
    scribble(observed.shared.slots.memory, observed.shared.slots.size, kinds[seed / 4 % 4]);
    for (enum profile_kind kind = 0; kind < PROFILE_TABLES; kind++)
        memset(load_stacks(&observed.tables, kind, 0), 0xff, sizeof(uint32_t));
}

/* --- what reads it ------------------------------------------------------------------------ */

static void
test_page(void (*write)(struct page *page), struct query query)
{
    char *text = NULL;
    size_t length = 0;
    struct page page = { .view = &observed.view,
                         .query = query,
                         .out = open_memstream(&text, &length),
                         .status = 200 };

    assert_non_null(page.out);
    write(&page);
    assert_int_equal(fclose(page.out), 0);
    assert_int_equal(page.status, 200);
    assert_true(length > 0);
    free(text);
}

static void
pages_are_written(void **state)
{
    const struct query query = { .worker = SCOPE_ALL, .sample_index = -1 };
    const struct query table = { .worker = SCOPE_ALL,
                                 .sample_index = -1,
                                 .format = QUERY_TEXT };

    (void)state;
    observed.shared.roster->entries[0].pid = getpid();
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        scribble_all(seed);
        test_page(metrics_write, query);
        test_page(vars_write, query);
        test_page(connections_goroutine, query);
        test_page(processes_threadcreate, query);
        test_page(profiles_block, table);
        (void)profiles_total(&observed.view, PROFILE_HEAP, "inuse_space");
    }
}

static void
write_every_format(const struct profile *profile, FILE *out)
{
    struct symbols *symbols;
    struct maps maps;

    assert_int_equal(maps_read(&maps), 0);
    symbols = symbol_open(&maps);
    assert_non_null(symbols);
    assert_int_equal(pprof_write(profile, -1, &maps, symbols, out), 0);
    for (unsigned i = 0; i < profile_meaning(profile->kind)->count; i++)
        assert_int_equal(text_write(profile, i, &maps, symbols, out), 0);
    legacy_write_cpu(profile, &maps, out);
    if (profile->kind == PROFILE_HEAP)
        legacy_write_heap(profile, &maps, out);
    symbol_close(symbols);
    maps_free(&maps);
}

static void
profiles_are_written(void **state)
{
    FILE *out = fopen("/dev/null", "w");

    (void)state;
    for (unsigned seed = 0; seed < SEEDS; seed++)
        for (enum profile_kind kind = 0; kind < PROFILE_TABLES; kind++) {
            struct profile *before;
            struct profile *profile;

            scribble_all(seed);
            before = profile_take(&observed.tables, kind, 0, WORKERS, NULL);
            scribble_all(seed + 1);
            profile = profile_take(&observed.tables, kind, 0, WORKERS, NULL);
            assert_non_null(before);
            assert_non_null(profile);
            write_every_format(profile, out);
            profile_subtract(profile, before);
            write_every_format(profile, out);
            profile_free(before);
            profile_free(profile);
        }
    fclose(out);
}

/* Records that are whole, and count what no process can have used. */
static void
sums_stay_at_the_limit(void **state)
{
    const uintptr_t stacks[2][1] = { { NEAR + 1 }, { NEAR + 2 } };
    FILE *out = fopen("/dev/null", "w");

    (void)state;
    for (enum profile_kind kind = 0; kind < PROFILE_TABLES; kind++) {
        struct profile *profile;

        for (unsigned i = 0; i < 2; i++)
            load_table(load_stacks(&observed.tables, kind, 0), 0, stacks[i], 1, INT64_MAX,
                       INT64_MAX);
        tables_cpu(&observed.tables, 0)->retired = UINT64_MAX;
        profile = profile_take(&observed.tables, kind, 0, WORKERS, NULL);
        assert_non_null(profile);
        assert_int_equal(profile_total(profile, 1), INT64_MAX);
        write_every_format(profile, out);
        profile_free(profile);
    }
    fclose(out);
}

static void
count_line(void *argument, const char *line)
{
    assert_non_null(line);
    ++*(unsigned *)argument;
}

static void
events_are_told(void **state)
{
    FILE *out = fopen("/dev/null", "w");

    (void)state;
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        struct trace_copy copy = { 0 };
        struct chrome_process process = { .pid = 1, .name = "worker", .trace = &copy };
        struct event_window window = { 0 };
        uint64_t since = seed;
        unsigned lines = 0;

        scribble_all(seed);
        assert_int_equal(trace_take(tables_trace(&observed.tables, 0), observed.tables.events,
                                    &since, &copy),
                         0);
        assert_true(copy.count <= observed.tables.events + 1);
        if (copy.count > 0)
            window = (struct event_window){ copy.events[0].ns, copy.events[copy.count - 1].ns };
        assert_int_equal(chrome_write(&process, 1, window, out), 0);
        event_lines_write(&copy, getpid(), 16, NULL, count_line, &lines);
        assert_true(lines <= 16);
        trace_free(&copy);
    }
    fclose(out);
}

/* As far as the unwinder gets, if what it finds looks like code. */
static void
point_into_code(struct crash_record *record)
{
    record->registers.count = REGISTERS_COUNT;
    record->registers.values[REGISTERS_PC] = NEAR;
    record->registers.values[REGISTERS_SP] = record->top.sp;
    for (size_t i = 0; i < TOP_BELOW + TOP_ABOVE; i += 3)
        record->top.words[i] = NEAR + i % 64;
}

static void
crashes_are_described(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        struct crash_record record;
        struct symbols *symbols = symbol_open_self();
        char line[CRASH_REPORT_LINE];
        unsigned lines = 0;

        scribble_all(seed);
        tables_crash(&observed.tables, 1)->pid = 7;
        assert_true(crash_take(tables_crash(&observed.tables, 1), 7, &record));
        crash_report_describe(&record, "worker 1", NULL, line);
        assert_non_null(strstr(line, "worker 1: SIG"));
        backtrace_ends(symbols, &record.frames, count_line, &lines);
        assert_true(lines <= 32 * 2 * UNWIND_END);
        point_into_code(&record);
        arguments_lines(symbols, &record.registers, &record.top, count_line, &lines);
        symbol_close(symbols);
    }
}

/* The signal that asks a worker for its stack is not answered here; what is there is read. */
static void
stacks_on_demand_are_bounded(void **state)
{
    struct dump_record *record = tables_dump(&observed.tables, 0);
    struct dump dump;

    (void)state;
    signal(SIGRTMIN + 2, SIG_IGN);
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        int error;

        scribble_all(seed);
        record->pid = getpid();
        error = dump_ask(record, getpid(), 1, &dump);
        assert_true(error == 0 || error == -ETIMEDOUT);
        assert_true(error < 0 || dump.depth <= DUMP_DEPTH);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pages_are_written),      TEST(profiles_are_written),
        TEST(sums_stay_at_the_limit), TEST(events_are_told),
        TEST(crashes_are_described),  TEST(stacks_on_demand_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
