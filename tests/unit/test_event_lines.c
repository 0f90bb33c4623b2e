/* SPDX-License-Identifier: BSD-2-Clause */
/* Recent: the words for events, and whose they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/event_lines.h"
#include "shared/rows.h"

#define US(n)                ((n)*UINT64_C(1000))
#define ROUTE(label, status) (trace_route(label, status) & 0xffffffffffffff)
#define START(pid)                                                                             \
    {                                                                                          \
        US(1), 0, 0, pid, TRACE_START                                                          \
    }
#define TURN(connection)                                                                       \
    {                                                                                          \
        US(2), connection, 1, 0, TRACE_TURN                                                    \
    }

static const struct label_name objects[] = { { "/x", "cached" } };
static const struct label_names labels = { objects, 1 };
static char told[2048];

static void
keep(void *argument, const char *line)
{
    const size_t length = strlen(told);

    assert_string_equal(argument, "mine");
    snprintf(told + length, sizeof(told) - length, "%s\n", line);
}

static void
tell(struct trace_event *events, size_t count, size_t most)
{
    const struct trace_copy trace = { .events = events, .count = count };

    told[0] = '\0';
    event_lines_write(&trace, 7, most, &labels, keep, (char[]){ "mine" });
}

static void
each_kind_has_its_words(void **state)
{
    struct trace_event events[] = {
        { US(1), 0, 0, 5, TRACE_GAP },
        { US(10), 1, 0, 0, TRACE_ACCEPT },
        { US(11), 1, 1, ROUTE(1, 206), TRACE_ROUTE },
        { US(12), 1, 1, ROUTE(2, 404), TRACE_ROUTE },
        { US(13), 1, 2, 2, TRACE_DONE },
        { US(14), 1, 0, 65536, TRACE_TURN_END },
        { US(15), 1, 2, ROW_HEAD, TRACE_TIMER },
        { US(16), 1, 2, 999, TRACE_TIMER },
        { US(17), 0, 0, 15, TRACE_SIGNAL },
        { US(99), 1, 2, 3, 200 },
        { US(18), 1, 2, 0, TRACE_CLOSE },
    };

    (void)state;
    tell(events, sizeof(events) / sizeof(events[0]), 16);
    assert_string_equal(told, "-17 us overwritten, 5 events\n"
                              "-8 us accept, connection 1\n"
                              "-7 us route, connection 1, request 1, status 206, /x\n"
                              "-6 us route, connection 1, request 1, status 404\n"
                              "-5 us done, connection 1, request 2, 2 responses\n"
                              "-4 us turn end, connection 1, 65536 bytes\n"
                              "-3 us timer, connection 1, request 2, state head\n"
                              "-2 us timer, connection 1, request 2, state unknown\n"
                              "-1 us signal, signal 15\n"
                              "-0 us unknown, connection 1, request 2\n"
                              "-0 us close, connection 1, request 2\n");
}

static void
only_the_last_are_told(void **state)
{
    struct trace_event events[] = { START(7), TURN(1), TURN(2), TURN(3) };

    (void)state;
    tell(events, 4, 2);
    assert_string_equal(told, "-0 us turn, connection 2, request 1\n"
                              "-0 us turn, connection 3, request 1\n");
    tell(events, 0, 2);
    assert_string_equal(told, "");
}

static void
events_of_others_are_not_told(void **state)
{
    struct trace_event events[] = { TURN(1), START(6), TURN(2), START(7),
                                    TURN(3), START(8), TURN(4), START(9) };

    (void)state;
    tell(events, 8, 16);
    assert_string_equal(told, "-1 us start, pid 7\n-0 us turn, connection 3, request 1\n");
    tell(events, 5, 16);
    assert_string_equal(told, "-1 us start, pid 7\n-0 us turn, connection 3, request 1\n");
    tell(events, 3, 16);
    assert_string_equal(told, "");
    tell(events, 1, 16);
    assert_string_equal(told, "-0 us turn, connection 1, request 1\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_its_words),
        cmocka_unit_test(only_the_last_are_told),
        cmocka_unit_test(events_of_others_are_not_told),
    };

    return cmocka_run_group_tests_name("event_lines", tests, NULL, NULL);
}
