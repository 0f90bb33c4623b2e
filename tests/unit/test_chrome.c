/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of profile/chrome: what comes out is parsed again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/count.h"
#include "format/chrome.h"
#include "shared/rows.h"

#define FROM                 UINT64_C(1000000000)
#define ROUTE(label, status) (trace_route(label, status) & 0xffffffffffffff)
#define AT(us)               (FROM + (us)*UINT64_C(1000))

static const struct label_name objects[] = { { "/tiff", "cached" }, { "/\xff", "cached" } };
static const struct label_names labels = { .items = objects, .count = 2 };

static json_t *
write_and_parse(struct trace_event *events, size_t count)
{
    struct trace_copy trace = { .events = events, .count = count };
    const struct chrome_process process = {
        .pid = 77, .name = "worker 3", .trace = &trace, .labels = &labels
    };
    const struct event_window window = { .from = FROM, .until = AT(1000) };
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    json_t *root;

    assert_non_null(out);
    assert_int_equal(chrome_write(&process, 1, window, out), 0);
    fclose(out);
    root = json_loads(text, 0, NULL);
    free(text);
    assert_non_null(root);
    return root;
}

/* The one entry in this lane with this name; NULL: none. */
static const json_t *
find(const json_t *root, json_int_t lane, const char *name)
{
    const json_t *found = NULL;
    const json_t *entry;
    size_t i;

    json_array_foreach(json_object_get(root, "traceEvents"), i, entry)
    {
        assert_int_equal(json_integer_value(json_object_get(entry, "pid")), 77);
        if (json_integer_value(json_object_get(entry, "tid")) != lane ||
            strcmp(json_string_value(json_object_get(entry, "name")), name) != 0)
            continue;
        assert_true(found == NULL || strcmp(name, "thread_name") == 0);
        found = entry;
    }
    return found;
}

static json_int_t
argument(const json_t *entry, const char *name)
{
    const json_t *value = json_object_get(json_object_get(entry, "args"), name);

    return value ? json_integer_value(value) : -1;
}

/* In us. */
static void
assert_span(const json_t *entry, double from, double until)
{
    assert_non_null(entry);
    assert_string_equal(json_string_value(json_object_get(entry, "ph")), "X");
    assert_true(json_real_value(json_object_get(entry, "ts")) == from);
    assert_true(json_real_value(json_object_get(entry, "dur")) == until - from);
}

static void
a_connection_has_requests_with_their_stalls(void **state)
{
    struct trace_event events[] = {
        { AT(1), 5, 0, 0, TRACE_ACCEPT },      { AT(2), 5, 0, 0, TRACE_TURN },
        { AT(3), 5, 1, 0, TRACE_HEAD },        { AT(3), 5, 1, ROUTE(1, 206), TRACE_ROUTE },
        { AT(5), 5, 1, 0, TRACE_FIRST_BYTE },  { AT(6), 5, 1, 0, TRACE_WOULD_BLOCK },
        { AT(6), 5, 0, 4096, TRACE_TURN_END }, { AT(20), 5, 1, 0, TRACE_TURN },
        { AT(21), 5, 1, 0, TRACE_RESUME },     { AT(30), 5, 1, 1, TRACE_DONE },
        { AT(31), 5, 1, 0, TRACE_CLOSE },      { AT(31), 5, 0, 10, TRACE_TURN_END },
    };
    json_t *root = write_and_parse(events, COUNT(events));
    const json_t *request = find(root, 5, "request /tiff");
    const json_t *name = find(root, 5, "thread_name");

    (void)state;
    assert_span(request, 3, 30);
    assert_int_equal(argument(request, "status"), 206);
    assert_int_equal(argument(request, "request"), 1);
    assert_span(find(root, 5, "stall"), 6, 21);
    assert_non_null(find(root, 5, "accept"));
    assert_non_null(find(root, 5, "first byte"));
    assert_non_null(find(root, 5, "close"));
    assert_string_equal(json_string_value(
                            json_object_get(json_object_get(name, "args"), "name")),
                        "connection 5");
    assert_null(find(root, 5, "turn"));
    json_decref(root);
}

static void
turns_are_the_loop_s(void **state)
{
    struct trace_event events[] = {
        { AT(1), 1, 1, 0, TRACE_TURN },
        { AT(9), 1, 0, 123, TRACE_TURN_END },
        { AT(10), 0, 0, 15, TRACE_SIGNAL },
    };
    json_t *root = write_and_parse(events, COUNT(events));
    const json_t *turn = find(root, 0, "turn");

    (void)state;
    assert_span(turn, 1, 9);
    assert_int_equal(argument(turn, "bytes"), 123);
    assert_int_equal(argument(turn, "connection"), 1);
    assert_int_equal(argument(find(root, 0, "signal"), "signal"), 15);
    assert_non_null(find(root, 0, "process_name"));
    assert_null(find(root, 1, "thread_name"));
    json_decref(root);
}

static void
pipelined_requests_end_together(void **state)
{
    struct trace_event events[] = {
        { AT(1), 1, 1, 0, TRACE_HEAD }, { AT(1), 1, 1, ROUTE(1, 200), TRACE_ROUTE },
        { AT(2), 1, 2, 0, TRACE_HEAD }, { AT(2), 1, 2, ROUTE(0, 404), TRACE_ROUTE },
        { AT(7), 1, 2, 2, TRACE_DONE }, { AT(8), 1, 3, 0, TRACE_HEAD },
        { AT(8), 1, 3, 0, TRACE_READ }, { AT(9), 1, 3, 0, TRACE_READ_END },
    };
    json_t *root = write_and_parse(events, 5);

    (void)state;
    assert_span(find(root, 1, "request /tiff"), 1, 7);
    assert_span(find(root, 1, "request"), 2, 7);
    assert_int_equal(argument(find(root, 1, "request"), "status"), 404);
    json_decref(root);
    root = write_and_parse(events + 5, 3);
    assert_span(find(root, 1, "request"), 8, 1000); /* not yet decided, not yet done */
    assert_int_equal(argument(find(root, 1, "request"), "status"), -1);
    assert_span(find(root, 1, "read"), 8, 9);
    json_decref(root);
}

static void
what_the_window_cuts_is_shown_inside(void **state)
{
    struct trace_event events[] = {
        { AT(0) - 50, 1, 1, 0, TRACE_WOULD_BLOCK },
        { AT(4), 1, 1, 0, TRACE_RESUME },
        { AT(5), 1, 1, 1, TRACE_DONE },
        { AT(6), 2, 1, 0, TRACE_RESUME },
        { AT(7), 2, 1, 0, TRACE_WOULD_BLOCK },
        { AT(9), 3, 0, 9, TRACE_TURN_END },
    };
    json_t *root = write_and_parse(events, COUNT(events));

    (void)state;
    assert_span(find(root, 1, "request"), 0, 5);
    assert_span(find(root, 1, "stall"), 0, 4);
    assert_span(find(root, 2, "request"), 0, 1000);
    assert_span(find(root, 0, "turn"), 0, 9);
    json_decref(root);
}

static void
an_end_ends_everything(void **state)
{
    struct trace_event events[] = {
        { AT(1), 1, 1, 0, TRACE_HEAD },        { AT(1), 1, 1, ROUTE(2, 200), TRACE_ROUTE },
        { AT(2), 1, 1, 0, TRACE_WOULD_BLOCK }, { AT(8), 1, 1, ROW_SEND, TRACE_TIMER },
        { AT(8), 1, 1, 0, TRACE_RESET },       { AT(8), 1, 1, 0, TRACE_CLOSE },
    };
    json_t *root = write_and_parse(events, COUNT(events));
    const json_t *timer = find(root, 1, "timer");

    (void)state;
    assert_span(find(root, 1, "request"), 1, 8); /* a path that is not UTF-8 is not shown */
    assert_span(find(root, 1, "stall"), 2, 8);
    assert_non_null(find(root, 1, "reset"));
    assert_string_equal(json_string_value(
                            json_object_get(json_object_get(timer, "args"), "state")),
                        "send");
    json_decref(root);
}

/* The connections before a gap, or of a process before, have nothing to do with those after. */
static void
nothing_reaches_over_a_break(void **state)
{
    static const struct {
        enum trace_kind kind;
        const char *name;
        const char *argument;
    } breaks[] = { { TRACE_GAP, "overwritten", "events" }, { TRACE_START, "start", "pid" } };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct trace_event events[] = {
            { AT(1), 1, 1, 0, TRACE_HEAD },       { AT(1), 1, 1, ROUTE(1, 200), TRACE_ROUTE },
            { AT(3), 1, 1, 0, TRACE_FIRST_BYTE }, { AT(7), 0, 0, 12, breaks[i].kind & 0xff },
            { AT(9), 1, 4, 0, TRACE_RESUME },     { AT(10), 1, 4, 1, TRACE_DONE },
        };
        json_t *root = write_and_parse(events, COUNT(events));
        const json_t *mark = find(root, 0, breaks[i].name);

        assert_int_equal(argument(mark, breaks[i].argument), 12);
        assert_span(find(root, 1, "request /tiff"), 1, 3);
        assert_span(find(root, 1, "request"), 7, 10);
        assert_span(find(root, 1, "stall"), 7, 9);
        json_decref(root);
    }
}

/* What a broken worker leaves: any bytes. */
static void
garbage_is_no_harm(void **state)
{
    struct trace_event events[64];

    (void)state;
    for (unsigned seed = 0; seed < 50; seed++) {
        srandom(seed);
        for (size_t i = 0; i < sizeof(events); i++)
            ((unsigned char *)events)[i] = (unsigned char)(random() >> 8);
        for (size_t i = 0; i < 64; i++) {
            events[i].kind = (unsigned char)(random() % (TRACE_KINDS + 2));
            events[i].connection %= 4;
        }
        json_decref(write_and_parse(events, 64));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_has_requests_with_their_stalls),
        cmocka_unit_test(turns_are_the_loop_s),
        cmocka_unit_test(pipelined_requests_end_together),
        cmocka_unit_test(what_the_window_cuts_is_shown_inside),
        cmocka_unit_test(an_end_ends_everything),
        cmocka_unit_test(nothing_reaches_over_a_break),
        cmocka_unit_test(garbage_is_no_harm),
    };

    return cmocka_run_group_tests_name("chrome", tests, NULL, NULL);
}
