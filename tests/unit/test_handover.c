/* SPDX-License-Identifier: BSD-2-Clause */
/* Handover: what a loader hands over is what the master has then; what can't be is refused. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "loaded.h"
#include "loader/handover.h"
#include "scratch.h"

enum { SIZE = 100000, CACHED = 0, STREAMED = 1 };

static char content[SIZE];
static char file[512];
static struct config_asset assets[] = {
    { .path = (char *)(uintptr_t) "/a", .file = file },
    { .path = (char *)(uintptr_t) "/b", .file = file, .variant = VARIANT_STREAMING }
};
static const struct config config = { .assets = assets, .asset_count = 2 };
static struct load_progress progress;
static struct catalogue *given; /* as the loader has it */
static struct catalogue *got;   /* as the master has */
static int ends[2];

static int
begin(void **state)
{
    (void)state;
    assets[CACHED].variant = VARIANT_CACHED;
    snprintf(file, sizeof(file), "%s", scratch_write("object", content, SIZE));
    given = catalogue_create(&config);
    got = catalogue_create(&config);
    for (size_t i = 0; i < 2; i++) {
        struct object *object = &given->objects[i];

        assert_int_equal(object->ops->open(object), 0);
        assert_int_equal(object->ops->load(object, NULL, &progress), 0);
    }
    return handover_open(ends);
}

enum { FORM = 2 }; /* of the cached object, in another coding */

static int
begin_with_a_form(void **state)
{
    assets[CACHED].compress = (struct coding_list){ 1, { { CODING_GZIP, 6 } } };
    if (begin(state) < 0)
        return -1;
    assert_int_equal(given->assets, 3);
    assert_int_equal(given->objects[FORM].ops->open(&given->objects[FORM]), 0);
    return given->objects[FORM].ops->load(&given->objects[FORM], NULL, &progress);
}

static int
end(void **state)
{
    (void)state;
    assets[CACHED].compress.count = 0;
    catalogue_close(given);
    catalogue_close(got);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static int
take(struct object **taken)
{
    struct handover_taken both;
    const int result = handover_take(ends[0], got, NULL, &both);

    *taken = both.object;
    return result;
}

/* The object of the loader is refused under this number. */
static void
refuse_number(const struct object *object, uint32_t number)
{
    struct object *taken = NULL;

    assert_int_equal(handover_send(ends[1], object, number), 0);
    assert_int_equal(take(&taken), -EPROTO);
    assert_null(taken);
}

static void
refuse(const struct object *object)
{
    refuse_number(object, (uint32_t)(object - given->objects));
}

static void
what_is_sent_is_taken(void **state)
{
    struct object *taken;

    (void)state;
    assert_int_equal(take(&taken), 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(handover_send(ends[1], &given->objects[i], (uint32_t)i), 0);
        assert_int_equal(take(&taken), 1);
        assert_ptr_equal(taken, &got->objects[i]);
        assert_int_equal(taken->length, SIZE);
        assert_memory_equal(taken->digest, given->objects[i].digest, OBJECT_DIGEST_SIZE);
        assert_true(source_same(&taken->source, &given->objects[i].source));
        assert_int_equal(catalogue_attach(got, taken, NULL), 0);
    }
    assert_int_equal(got->objects[CACHED].source.fd, -1);
    assert_memory_equal(object_cached.map(&got->objects[CACHED]), content, SIZE);
    assert_int_equal(object_streaming.verify(&got->objects[STREAMED]), 0);
}

static void
the_end_is_told(void **state)
{
    struct object *taken;

    (void)state;
    close(ends[1]);
    ends[1] = dup(ends[0]);
    assert_int_equal(take(&taken), -EPIPE);
}

static void
an_object_comes_once_and_is_known(void **state)
{
    struct object *object = &given->objects[STREAMED];
    struct object *taken;

    (void)state;
    assert_int_equal(handover_send(ends[1], object, STREAMED), 0);
    assert_int_equal(take(&taken), 1);
    assert_int_equal(catalogue_attach(got, taken, NULL), 0);
    refuse(object);
    refuse_number(object, 2);
    refuse_number(object, UINT32_MAX);
}

static void
numbers_are_held_against_what_can_be(void **state)
{
    struct object *object = &given->objects[STREAMED];
    const struct source right = object->source;

    (void)state;
    object->source.size = UINT64_MAX;
    refuse(object);
    object->source = right;
    object->source.modified.tv_nsec = 1000000000;
    refuse(object);
    object->source = right;
    object->source.changed.tv_nsec = -1;
    refuse(object);
    object->source = right;
    object->unchanged = true; /* there is no generation before */
    refuse(object);
    object->unchanged = false;
}

static void
memory_must_be_sealed_and_whole(void **state)
{
    struct object *object = &given->objects[CACHED];
    const int right = object->memory.fd;

    (void)state;
    object->memory.size--;
    refuse(object);
    object->memory.size = SIZE;
    object->memory.fd = memfd_create("unsealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_int_equal(ftruncate(object->memory.fd, SIZE), 0);
    refuse(object);
    assert_int_equal(fcntl(object->memory.fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
    refuse(object);
    close(object->memory.fd);
    object->memory.fd = memfd_create("short", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_int_equal(fcntl(object->memory.fd, F_ADD_SEALS, SEALED_SEALS), 0);
    refuse(object);
    close(object->memory.fd);
    object->memory.fd = -1;
    refuse(object);
    object->memory.fd = right;
}

static void
a_file_must_be_open_to_be_read(void **state)
{
    struct object *object = &given->objects[STREAMED];
    const int right = object->source.fd;

    (void)state;
    object->source.fd = open(file, O_RDWR | O_CLOEXEC);
    refuse(object);
    close(object->source.fd);
    object->source.fd = open(file, O_PATH | O_CLOEXEC);
    refuse(object);
    close(object->source.fd);
    object->source.fd = -1;
    refuse(object);
    object->source.fd = right;
}

static void
an_object_may_wait_only_by_choice(void **state)
{
    struct object *object = &given->objects[CACHED];
    const struct sealed right = object->memory;
    struct object *taken;

    (void)state;
    object->memory = (struct sealed){ .fd = -1 };
    object->absent = true;
    refuse(object);
    got->objects[CACHED].may_wait = got->objects[STREAMED].may_wait = true;
    refuse_number(object, STREAMED);
    assert_int_equal(handover_send(ends[1], object, CACHED), 0);
    assert_int_equal(take(&taken), 1);
    assert_int_equal(catalogue_attach(got, taken, NULL), 0);
    assert_int_equal(catalogue_count_absent(got), 1);
    assert_ptr_not_equal(catalogue_find_file(got, &assets[CACHED]), taken);
    object->memory = right;
}

static void
a_form_that_was_made_is_checked(void **state)
{
    struct object *form = &given->objects[FORM];
    const struct object right = *form;
    struct object *taken;

    (void)state;
    form->length = right.memory.size + 1;
    refuse(form);
    form->length = 0;
    refuse(form);
    *form = right;
    form->absent = true;
    refuse(form);
    *form = right;
    form->unchanged = true; /* there is no generation before */
    refuse(form);
    *form = right;
    refuse_number(form, CACHED);
    refuse_number(form, STREAMED);
    assert_int_equal(handover_send(ends[1], form, FORM), 0);
    assert_int_equal(take(&taken), 1);
    assert_int_equal(catalogue_attach(got, taken, NULL), 0);
    assert_true(taken->length < SIZE / 100);
    assert_int_equal(taken->length, right.length);
    assert_memory_equal(taken->bytes, "\x1f\x8b", 2);
}

static void
a_form_may_be_missing_and_nothing_else(void **state)
{
    struct object missing = { .source.fd = -1, .memory.fd = -1, .missing = true };
    struct object *taken;

    (void)state;
    refuse_number(&missing, CACHED);
    refuse_number(&missing, STREAMED);
    assert_int_equal(handover_send(ends[1], &missing, FORM), 0);
    assert_int_equal(take(&taken), 1);
    assert_int_equal(catalogue_attach(got, taken, NULL), 0);
    assert_int_equal(catalogue_complete(got, NULL), 0);
}

static void
a_message_has_one_length(void **state)
{
    static const char zeros[4096];
    struct object *taken;

    (void)state;
    for (size_t size = 1; size <= sizeof(zeros); size = size * 3 + 1) {
        assert_int_equal(send(ends[1], zeros, size, 0), (ssize_t)size);
        assert_int_equal(take(&taken), -EPROTO);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_sent_is_taken, begin, end),
        cmocka_unit_test_setup_teardown(the_end_is_told, begin, end),
        cmocka_unit_test_setup_teardown(an_object_comes_once_and_is_known, begin, end),
        cmocka_unit_test_setup_teardown(numbers_are_held_against_what_can_be, begin, end),
        cmocka_unit_test_setup_teardown(memory_must_be_sealed_and_whole, begin, end),
        cmocka_unit_test_setup_teardown(a_file_must_be_open_to_be_read, begin, end),
        cmocka_unit_test_setup_teardown(an_object_may_wait_only_by_choice, begin, end),
        cmocka_unit_test_setup_teardown(a_form_that_was_made_is_checked, begin_with_a_form,
                                        end),
        cmocka_unit_test_setup_teardown(a_form_may_be_missing_and_nothing_else,
                                        begin_with_a_form, end),
        cmocka_unit_test_setup_teardown(a_message_has_one_length, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
