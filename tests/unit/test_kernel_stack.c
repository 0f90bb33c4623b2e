/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel_stack: what the kernel writes into a ring; and, where the system permits it, a thread
 * that is in the kernel nearly all the time. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/perf_event.h>

#include "base/signals.h"
#include "profile/kernel_stack.h"

#define SIZE   256
#define KERNEL ((uint64_t)PERF_CONTEXT_KERNEL)
#define USER   ((uint64_t)PERF_CONTEXT_USER)

static char ring[SIZE];
static uint64_t head;
static uintptr_t pcs[8];

static int
set_up(void **state)
{
    (void)state;
    memset(ring, 0x5a, sizeof(ring));
    memset(pcs, 0, sizeof(pcs));
    head = 1000;
    return 0;
}

static void
put(const void *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ring[head++ % SIZE] = ((const char *)bytes)[i];
}

static void
put_record(uint32_t type, const uint64_t *words, size_t count)
{
    const struct perf_event_header header = { .type = type,
                                              .size = (uint16_t)(sizeof(header) + 8 * count) };

    put(&header, sizeof(header));
    put(words, 8 * count);
}

static void
put_stack(uint64_t first, uint64_t second)
{
    const uint64_t words[] = { 4, KERNEL, first, second, USER };

    put_record(PERF_RECORD_SAMPLE, words, 5);
}

static unsigned
parse(uint64_t tail, unsigned max)
{
    return kernel_stack_parse(ring, SIZE, tail, head, pcs, max);
}

static void
the_newest_stack(void **state)
{
    static const uint64_t lost[] = { 1, 2 };

    (void)state;
    put_stack(11, 12);
    put_record(PERF_RECORD_LOST, lost, 2);
    put_stack(21, 22);
    assert_int_equal(parse(1000, 8), 2);
    assert_int_equal(pcs[0], 21);
    assert_int_equal(pcs[1], 22);
    assert_int_equal(parse(head, 8), 0);
}

static void
around_the_end_of_the_ring(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 32; i++) {
        const uint64_t tail = head;

        put_stack(100 + i, 200 + i);
        assert_int_equal(parse(tail, 8), 2);
        assert_int_equal(pcs[0], 100 + i);
        assert_int_equal(pcs[1], 200 + i);
        head += 4;
    }
}

static void
a_thread_in_user_mode(void **state)
{
    static const uint64_t none[] = { 0 };

    (void)state;
    put_stack(11, 12);
    put_record(PERF_RECORD_SAMPLE, none, 1);
    assert_int_equal(parse(1000, 8), 0);
}

static void
no_more_than_there_is_room_for(void **state)
{
    (void)state;
    put_stack(11, 12);
    assert_int_equal(parse(1000, 1), 1);
    assert_int_equal(pcs[1], 0);
}

static void
damage(void **state)
{
    const struct perf_event_header small = { .type = PERF_RECORD_SAMPLE, .size = 3 };
    static const uint64_t many[] = { UINT64_MAX, KERNEL, 11 };

    (void)state;
    put_record(PERF_RECORD_SAMPLE, many, 3);
    assert_int_equal(parse(1000, 8), 1);
    put(&small, sizeof(small));
    assert_int_equal(parse(1000, 8), 1);
    assert_int_equal(parse(head - 3, 8), 0);
    assert_int_equal(kernel_stack_parse(ring, SIZE, 0, SIZE + 1, pcs, 8), 0);
}

/* --- the real one ------------------------------------------------------------------------- */

static volatile sig_atomic_t inside;

static void
on_sample(int signal, siginfo_t *info, void *context)
{
    uintptr_t found[64];

    (void)signal;
    (void)context;
    if (kernel_stack_sent(info) && kernel_stack_take(found, 64) > 2 &&
        found[0] > UINTPTR_MAX / 2)
        inside = 1;
}

static void
a_thread_in_the_kernel(void **state)
{
    const struct sigaction action = { .sa_sigaction = on_sample,
                                      .sa_flags = SA_SIGINFO | SA_RESTART };
    static char bytes[65536];
    struct sigaction before;

    (void)state;
    if (kernel_stack_open(1000) < 0)
        skip();
    assert_true(kernel_stack_is_open());
    assert_int_equal(sigaction(SIGPROF, &action, &before), 0);
    signals_unblock(SIGPROF);
    kernel_stack_arm(true);
    for (unsigned i = 0; i < 100000 && !inside; i++)
        assert_true(getrandom(bytes, sizeof(bytes), 0) > 0);
    kernel_stack_arm(false);
    assert_int_equal(sigaction(SIGPROF, &before, NULL), 0);
    assert_true(inside);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_newest_stack, set_up),
        cmocka_unit_test_setup(around_the_end_of_the_ring, set_up),
        cmocka_unit_test_setup(a_thread_in_user_mode, set_up),
        cmocka_unit_test_setup(no_more_than_there_is_room_for, set_up),
        cmocka_unit_test_setup(damage, set_up),
        cmocka_unit_test(a_thread_in_the_kernel),
    };

    return cmocka_run_group_tests_name("kernel_stack", tests, NULL, NULL);
}
