/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage and inbox: bytes are neither lost nor reordered on their way through the buffers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker/stage.h"

static int
create(void **state)
{
    return (*state = test_calloc(1, sizeof(struct stage))) == NULL;
}

static int
destroy(void **state)
{
    test_free(*state);
    return 0;
}

static void
consuming_takes_from_the_front(void **state)
{
    struct stage *stage = *state;

    stage_append(stage, "abcdef", 6);
    assert_int_equal(stage_consume(stage, 2), 2);
    assert_int_equal(stage_length(stage), 4);
    assert_memory_equal(stage->bytes + stage->start, "cdef", 4);
    assert_int_equal(stage_consume(stage, 100), 4);
    assert_int_equal(stage_length(stage), 0);
    assert_int_equal(stage_space(stage), STAGE_SIZE);
}

static void
an_outbox_brings_everything_back(void **state)
{
    struct stage *stage = *state;
    struct outbox *outbox = NULL;

    stage_append(stage, "abcdef", 6);
    stage_consume(stage, 1);
    assert_true(stage_save(stage, &outbox));
    assert_int_equal(stage_length(stage), 0);
    assert_int_equal(outbox->length, 5);
    stage_restore(stage, &outbox);
    assert_null(outbox);
    assert_int_equal(stage_length(stage), 5);
    assert_memory_equal(stage->bytes + stage->start, "bcdef", 5);
    stage_consume(stage, 5);
}

static void
nothing_staged_needs_no_outbox(void **state)
{
    struct stage *stage = *state;
    struct outbox *outbox = NULL;

    assert_true(stage_save(stage, &outbox));
    assert_null(outbox);
    stage_restore(stage, &outbox);
    assert_int_equal(stage_length(stage), 0);
}

static void
a_full_stage_can_be_saved(void **state)
{
    struct stage *stage = *state;
    struct outbox *outbox = NULL;
    char *bytes = test_calloc(1, STAGE_SIZE);

    memset(bytes, 'x', STAGE_SIZE);
    stage_append(stage, bytes, STAGE_SIZE);
    assert_int_equal(stage_space(stage), 0);
    assert_true(stage_save(stage, &outbox));
    stage_restore(stage, &outbox);
    assert_int_equal(stage_length(stage), STAGE_SIZE);
    assert_memory_equal(stage->bytes, bytes, STAGE_SIZE);
    stage_consume(stage, STAGE_SIZE);
    test_free(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(consuming_takes_from_the_front),
        cmocka_unit_test(an_outbox_brings_everything_back),
        cmocka_unit_test(nothing_staged_needs_no_outbox),
        cmocka_unit_test(a_full_stage_can_be_saved),
    };

    return cmocka_run_group_tests_name("stage", tests, create, destroy);
}
