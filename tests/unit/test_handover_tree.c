/* SPDX-License-Identifier: BSD-2-Clause */
/* Handover of trees: what the loader lists is what the master serves; lists that can't be are
 * refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/count.h"
#include "loader/handover.h"
#include "loader/tree_load.h"
#include "scratch.h"

enum { FILES = 3 };

static const char *const names[FILES] = { "a", "b", "c" };
static char directory[512];
static struct config_asset assets[] = {
    { .path = (char *)(uintptr_t) "/t",
      .tree = true,
      .directory = directory,
      .max_files = 100 },
};
static const struct config config = { .assets = assets, .asset_count = 1 };
static struct load_progress progress;
static struct catalogue *got;
static struct tree_load load;
static int ends[2];

static void
load_files(enum variant variant, unsigned open)
{
    bool last;

    assets[0].variant = variant;
    assets[0].max_open_files = open;
    got = catalogue_create(&config);
    assert_int_equal(tree_load_list(&load, &assets[0]), 0);
    assert_int_equal(tree_load_prepare(&load, NULL, &progress), 0);
    for (size_t i = 0; i < load.walk.count; i++)
        if (tree_load_wants(&load, i))
            assert_int_equal(tree_load_read(&load, i, &last, &progress), 0);
    assert_int_equal(load.walk.count, FILES);
}

static int
begin(void **state)
{
    (void)state;
    scratch_clear();
    snprintf(directory, sizeof(directory), "%s", scratch_directory());
    for (size_t i = 0; i < FILES; i++)
        scratch_write(names[i], names[i], i + 1 < FILES ? 1 : 0);
    return handover_open(ends);
}

static int
end(void **state)
{
    (void)state;
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static void
release(void)
{
    tree_load_free(&load);
    catalogue_close(got);
}

/* What the master makes of it: 0 or its error. */
static int
hand_over(void)
{
    struct handover_taken taken = { 0 };
    int result;

    assert_int_equal(tree_load_finish(&load), 0);
    assert_int_equal(handover_send_tree(ends[1], &load.tree, 0), 0);
    while ((result = handover_take(ends[0], got, NULL, &taken)) == 1 && taken.tree == NULL)
        ;
    return result == 1 ? catalogue_attach_tree(got, taken.tree, NULL) : result;
}

static void
check_objects(const struct object_ops *ops)
{
    assert_int_equal(hand_over(), 0);
    assert_int_equal(catalogue_complete(got, NULL), 0);
    for (size_t i = 0; i < FILES; i++) {
        char path[8];
        const struct object *object;

        snprintf(path, sizeof(path), "/t/%s", names[i]);
        object = catalogue_find(got, span_of(path));
        assert_non_null(object);
        assert_ptr_equal(object->ops, ops);
        assert_int_equal(object->length, i + 1 < FILES);
        if (ops->map && object->length == 1)
            assert_int_equal(ops->map(object)[0], names[i][0]);
        if (ops == &object_streamed)
            assert_int_equal(ops->verify(object), 0);
    }
    release();
}

static void
what_is_listed_is_served(void **state)
{
    (void)state;
    load_files(VARIANT_CACHED, 1);
    check_objects(&object_packed);
    load_files(VARIANT_STREAMING, FILES);
    check_objects(&object_streamed);
    load_files(VARIANT_STREAMING, FILES - 1);
    assert_int_equal(load.tree.opened_count, 0);
    check_objects(&object_closed);
}

/* --- what can't be ------------------------------------------------------------------------ */

static void
path_behind_the_end(struct tree_entry *entry)
{
    entry->path = UINT64_MAX - 2;
}

static void
path_that_is_too_long(struct tree_entry *entry)
{
    entry->path_length = UINT32_MAX;
}

static void
path_with_more_behind_it(struct tree_entry *entry)
{
    entry->path_length++;
}

static void
path_that_ends_before(struct tree_entry *entry)
{
    entry->path_length--;
}

static void
path_of_another_tree(struct tree_entry *entry)
{
    entry->path++;
}

static void
offset_behind_the_pack(struct tree_entry *entry)
{
    entry->offset = UINT64_MAX;
}

static void
size_behind_the_pack(struct tree_entry *entry)
{
    entry->size = UINT64_C(1) << 40;
}

static void
size_that_no_file_has(struct tree_entry *entry)
{
    entry->size = UINT64_MAX;
}

static void
pack_that_is_not_there(struct tree_entry *entry)
{
    entry->pack = 7;
}

static void
time_that_is_none(struct tree_entry *entry)
{
    entry->modified.tv_nsec = -1;
}

static void
change_that_is_none(struct tree_entry *entry)
{
    entry->changed.tv_nsec = 1000000000;
}

static void
rules_that_are_not_there(struct tree_entry *entry)
{
    entry->rules = 1;
    assert_non_null(tree_class(&load.tree, entry->rules)); /* so the loader knows them */
}

static const struct {
    void (*spoil)(struct tree_entry *entry);
    bool streaming; /* also there */
} spoilers[] = {
    { path_behind_the_end, true },      { path_that_is_too_long, true },
    { path_with_more_behind_it, true }, { path_that_ends_before, true },
    { path_of_another_tree, true },     { offset_behind_the_pack, false },
    { size_behind_the_pack, false },    { size_that_no_file_has, true },
    { pack_that_is_not_there, true },   { time_that_is_none, true },
    { change_that_is_none, true },      { rules_that_are_not_there, true },
};

static void
lists_that_can_t_be_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(spoilers); i++)
        for (enum variant variant = VARIANT_CACHED; variant <= VARIANT_STREAMING; variant++) {
            if (variant == VARIANT_EMBEDDED ||
                (variant == VARIANT_STREAMING && !spoilers[i].streaming))
                continue;
            load_files(variant, FILES);
            spoilers[i].spoil(&load.entries[0]);
            if (variant == VARIANT_STREAMING && spoilers[i].spoil == pack_that_is_not_there) {
                release(); /* the loader numbers descriptors when it has finished */
                continue;
            }
            assert_int_equal(hand_over(), -EPROTO);
            release();
        }
}

static void
messages_that_can_t_be_are_refused(void **state)
{
    struct handover_taken taken;

    (void)state;
    load_files(VARIANT_CACHED, FILES);
    assert_int_equal(tree_load_finish(&load), 0);
    assert_int_equal(handover_send_tree(ends[1], &load.tree, 1), 0);
    assert_int_equal(handover_take(ends[0], got, NULL, &taken), -EPROTO);
    load.tree.count = UINT32_MAX;
    assert_int_equal(handover_send_tree(ends[1], &load.tree, 0), 0);
    assert_int_equal(handover_take(ends[0], got, NULL, &taken), 1);
    assert_int_equal(catalogue_attach_tree(got, taken.tree, NULL), -EPROTO);
    assert_int_equal(handover_send_tree(ends[1], &load.tree, 0), 0); /* once more */
    assert_int_equal(handover_take(ends[0], got, NULL, &taken), -EPROTO);
    load.tree.count = FILES;
    release();
}

static void
more_descriptors_than_allowed_are_refused(void **state)
{
    (void)state;
    load_files(VARIANT_STREAMING, FILES);
    assets[0].max_open_files = FILES - 1;
    assert_int_equal(hand_over(), -EPROTO);
    release();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_listed_is_served, begin, end),
        cmocka_unit_test_setup_teardown(lists_that_can_t_be_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(messages_that_can_t_be_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(more_descriptors_than_allowed_are_refused, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
