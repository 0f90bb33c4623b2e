/* SPDX-License-Identifier: BSD-2-Clause */
/* Watch: an event finds its watch, or nobody; never another one that has taken its place. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/watch.h"

enum { MANY = 1000 };

static uint64_t stale;
static struct watch_set set;

static int
setup(void **state)
{
    (void)state;
    stale = 0;
    return watch_open(&set, &stale);
}

static int
teardown(void **state)
{
    (void)state;
    watch_close(&set);
    return 0;
}

/* A watch of an eventfd that is readable. */
static struct watch
begin_readable(struct watch *watch)
{
    *watch = (struct watch){ .fd = eventfd(1, EFD_NONBLOCK) };
    assert_int_equal(watch_begin(&set, watch, EPOLLIN), 0);
    assert_true(watch->entry > 0);
    return *watch;
}

static void
finish(struct watch *watch)
{
    watch_end(&set, watch);
    close(watch->fd);
}

/* Ends the watch as one would by mistake: the open file lives on, as a copy that is returned,
 * and so does the interest. */
static int
close_too_early(struct watch *watch)
{
    int copy = dup(watch->fd);

    close(watch->fd);
    watch_end(&set, watch);
    return copy;
}

static void
an_event_finds_its_watch(void **state)
{
    struct epoll_event events[3];
    struct watch first;
    struct watch second;

    (void)state;
    begin_readable(&first);
    begin_readable(&second);
    assert_int_equal(watch_wait(&set, events, 3, 0), 2);
    assert_ptr_equal(watch_find(&set, &events[0]), &first);
    assert_ptr_equal(watch_find(&set, &events[1]), &second);
    finish(&first);
    assert_int_equal(watch_wait(&set, events, 3, 0), 1);
    assert_ptr_equal(watch_find(&set, &events[0]), &second);
    finish(&second);
    assert_int_equal(watch_wait(&set, events, 3, 0), 0);
    assert_int_equal(stale, 0);
}

static void
an_event_for_a_watch_that_has_ended_finds_nobody(void **state)
{
    struct epoll_event event;
    struct watch watch;
    int copy;

    (void)state;
    begin_readable(&watch);
    copy = close_too_early(&watch);
    assert_int_equal(watch_wait(&set, &event, 1, 0), 1);
    assert_null(watch_find(&set, &event));
    assert_int_equal(stale, 1);
    close(copy);
}

static void
nor_one_that_has_taken_its_place(void **state)
{
    struct epoll_event events[2];
    struct watch before;
    struct watch after;
    uint32_t entry;
    int copy;

    (void)state;
    entry = begin_readable(&before).entry;
    copy = close_too_early(&before);
    assert_int_equal(begin_readable(&after).entry, entry);
    assert_int_equal(watch_wait(&set, events, 2, 0), 2);
    assert_null(watch_find(&set, &events[0]));
    assert_ptr_equal(watch_find(&set, &events[1]), &after);
    assert_int_equal(stale, 1);
    finish(&after);
    close(copy);
}

/* One event of a batch may end the watch of a later one; that is no mistake. */
static void
an_event_fetched_with_the_one_that_ended_its_watch_finds_nobody(void **state)
{
    struct epoll_event events[2];
    struct watch first;
    struct watch second;
    struct watch third;
    uint32_t entry;

    (void)state;
    begin_readable(&first);
    entry = begin_readable(&second).entry;
    assert_int_equal(watch_wait(&set, events, 2, 0), 2);
    assert_ptr_equal(watch_find(&set, &events[0]), &first);
    finish(&second);
    assert_null(watch_find(&set, &events[1]));
    assert_int_equal(begin_readable(&third).entry, entry);
    assert_null(watch_find(&set, &events[1]));
    assert_int_equal(stale, 0);
    finish(&first);
    finish(&third);
}

static void
a_watch_may_end_twice_and_begin_again(void **state)
{
    struct watch watch = { 0 };
    struct epoll_event event;

    (void)state;
    watch_end(&set, &watch);
    begin_readable(&watch);
    watch_end(&set, &watch);
    watch_end(&set, &watch);
    assert_int_equal(watch_wait(&set, &event, 1, 0), 0);
    assert_int_equal(watch_begin(&set, &watch, EPOLLIN), 0);
    assert_int_equal(watch_wait(&set, &event, 1, 0), 1);
    assert_ptr_equal(watch_find(&set, &event), &watch);
    finish(&watch);
}

static void
what_can_not_be_watched_takes_no_place(void **state)
{
    struct watch none = { .fd = -1 };
    struct watch watch;

    (void)state;
    assert_int_equal(watch_begin(&set, &none, EPOLLIN), -EBADF);
    assert_int_equal(none.entry, 0);
    assert_int_equal(begin_readable(&watch).entry, 1);
    finish(&watch);
}

static void
the_table_grows(void **state)
{
    static struct epoll_event events[MANY];
    static struct watch watches[MANY];

    (void)state;
    for (int i = 0; i < MANY; i++)
        begin_readable(&watches[i]);
    assert_int_equal(watch_wait(&set, events, MANY, 0), MANY);
    for (int i = 0; i < MANY; i++) {
        struct watch *watch = watch_find(&set, &events[i]);

        assert_true(watch >= watches && watch < watches + MANY);
        finish(watch);
    }
    assert_true(begin_readable(&watches[0]).entry <= MANY);
    finish(&watches[0]);
    assert_int_equal(stale, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_event_finds_its_watch),
        TEST(an_event_for_a_watch_that_has_ended_finds_nobody),
        TEST(nor_one_that_has_taken_its_place),
        TEST(an_event_fetched_with_the_one_that_ended_its_watch_finds_nobody),
        TEST(a_watch_may_end_twice_and_begin_again),
        TEST(what_can_not_be_watched_takes_no_place),
        TEST(the_table_grows),
    };

    return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
