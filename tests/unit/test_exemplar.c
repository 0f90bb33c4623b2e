/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of shared/exemplar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/exemplar.h"

#define S UINT64_C(1000000000)

static struct exemplars exemplars;

static int
clear(void **state)
{
    (void)state;
    exemplars = (struct exemplars){ 0 };
    return 0;
}

static void
expect(unsigned bucket, const char *id, uint64_t value)
{
    struct exemplar found;

    assert_true(exemplar_take(&exemplars, bucket, &found));
    assert_string_equal(found.id, id);
    assert_int_equal(found.value, value);
    assert_true(found.at > 0);
}

static void
one_for_each_bucket(void **state)
{
    struct exemplar none;

    (void)state;
    exemplar_add(&exemplars, &histogram_time, 20000, S, "quick");
    exemplar_add(&exemplars, &histogram_time, 200 * S, S, "slow");
    exemplar_add(&exemplars, &histogram_time, 60000, S, "");
    expect(0, "quick", 20000);
    expect(HISTOGRAM_BOUNDS, "slow", 200 * S);
    assert_false(exemplar_take(&exemplars, 2, &none));
}

static void
one_a_second(void **state)
{
    (void)state;
    exemplar_add(&exemplars, &histogram_time, 1, S, "first");
    exemplar_add(&exemplars, &histogram_time, 2, 2 * S - 1, "second");
    expect(0, "first", 1);
    exemplar_add(&exemplars, &histogram_time, 3, 2 * S, "third");
    expect(0, "third", 3);
}

/* A writer died in the middle: nothing is shown until the next one. */
static void
one_that_is_not_whole(void **state)
{
    struct exemplar found;

    (void)state;
    exemplars.buckets[0].version = 7;
    assert_false(exemplar_take(&exemplars, 0, &found));
    exemplar_add(&exemplars, &histogram_time, 1, S, "next");
    expect(0, "next", 1);
}

static void
whatever_was_written(void **state)
{
    struct exemplar found;

    (void)state;
    memset(&exemplars, 0xfe, sizeof(exemplars));
    memcpy(exemplars.buckets[0].id, "\"\\\n", 3);
    assert_true(exemplar_take(&exemplars, 0, &found));
    assert_int_equal(strlen(found.id), EXEMPLAR_ID_MAX);
    assert_int_equal(strspn(found.id, "?"), EXEMPLAR_ID_MAX);
}

static _Noreturn void
write_many(struct exemplars *shared)
{
    char id[EXEMPLAR_ID_MAX + 1];

    for (uint64_t i = 0; i < 200000; i++) {
        snprintf(id, sizeof(id), "%064llu", (unsigned long long)(i % 100));
        exemplar_add(shared, &histogram_time, i % 100, (i + 1) * S, id);
    }
    _exit(0);
}

static void
a_copy_is_whole(void **state)
{
    struct exemplars *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status;
    pid_t writer;

    (void)state;
    if ((writer = fork()) == 0)
        write_many(shared);
    while (waitpid(writer, &status, WNOHANG) == 0) {
        char id[EXEMPLAR_ID_MAX + 1];
        struct exemplar found;

        if (!exemplar_take(shared, 0, &found))
            continue;
        snprintf(id, sizeof(id), "%064llu", (unsigned long long)found.value);
        assert_string_equal(found.id, id);
    }
    assert_int_equal(status, 0);
    munmap(shared, sizeof(*shared));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_for_each_bucket, clear),
        cmocka_unit_test_setup(one_a_second, clear),
        cmocka_unit_test_setup(one_that_is_not_whole, clear),
        cmocka_unit_test_setup(whatever_was_written, clear),
        cmocka_unit_test(a_copy_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
