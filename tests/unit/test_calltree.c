/* SPDX-License-Identifier: BSD-2-Clause */
/* Calltree: values with and without what is called, and its writers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "format/calltree.h"
#include "format/flame.h"
#include "format/folded.h"
#include "format/svg.h"
#include "profile/marker.h"
#include "profile_load.h"

static const struct profile_type bytes = { "inuse_space", "bytes" };

/* --- of a profile ------------------------------------------------------------------------- */

static const struct calltree *
find(const struct calltree *node, const char *name)
{
    static const struct calltree none = { .value = -1 };
    const struct calltree *child = node->children;

    while (child && strcmp(child->name, name) != 0)
        child = child->next;
    return child ? child : &none;
}

static void
values_are_added_up(void **state)
{
    const uintptr_t outer[] = { marker_pc(MARKER_WAIT_CLIENT) };
    const uintptr_t inner[] = { marker_pc(MARKER_WAIT_DISK), marker_pc(MARKER_WAIT_CLIENT) };
    const uintptr_t deep[] = { marker_pc(MARKER_WAIT_DISK), marker_pc(MARKER_WAIT_DISK),
                               marker_pc(MARKER_WAIT_CLIENT) };
    struct symbols *symbols = symbol_open_self();
    struct profile *profile;
    struct tables tables;
    struct calltree *tree;

    (void)state;
    assert_int_equal(tables_create(&tables, &(struct tables_plan){ .workers = 1 }), 0);
    load_table(load_stacks(&tables, PROFILE_BLOCK, 0), 0, outer, 1, 1, 100);
    load_table(load_stacks(&tables, PROFILE_BLOCK, 0), 0, inner, 2, 1, 20);
    load_table(load_stacks(&tables, PROFILE_BLOCK, 0), 0, deep, 3, 1, 3);
    profile = profile_take(&tables, PROFILE_BLOCK, 0, 1, NULL);
    tree = calltree_create(profile, 1, symbols);
    assert_int_equal(tree->value, 123);
    assert_int_equal(tree->self, 0);
    assert_int_equal(find(tree, "wait_for_client")->value, 123);
    assert_int_equal(find(tree, "wait_for_client")->self, 100);
    assert_int_equal(find(find(tree, "wait_for_client"), "wait_for_disk")->value, 23);
    assert_int_equal(find(find(tree, "wait_for_client"), "wait_for_disk")->self, 20);
    assert_int_equal(calltree_depth(tree), 4);
    calltree_free(tree);
    profile_free(profile);
    tables_destroy(&tables);
    symbol_close(symbols);
}

/* --- written ------------------------------------------------------------------------------ */

static struct calltree leaf = { .name = "a;b<&>", .value = 250, .self = 250 };
static struct calltree shrunk = { .name = "less", .value = -5, .self = -5 };
static struct calltree run = { .name = "run", .file = "/r.c", .value = 745, .self = 500 };
static struct calltree root = { .name = "all", .value = 745 };

static int
grow(void **state)
{
    (void)state;
    leaf.next = &shrunk;
    run.children = &leaf;
    root.children = &run;
    return 0;
}

static void
folded_lines(void **state)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_int_equal(folded_write(&root, out), 0);
    fclose(out);
    assert_string_equal(text, "run 500\nrun;a:b<&> 250\nrun;less -5\n");
    free(text);
}

static void
flame_objects(void **state)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    const char *name;
    const char *unit;
    const char *file;
    int value;
    json_t *children;
    json_t *json;

    (void)state;
    assert_int_equal(flame_write(&root, &bytes, out), 0);
    fclose(out);
    assert_non_null(json = json_loads(text, 0, NULL));
    assert_int_equal(json_unpack(json, "{s:s,s:i,s:s,s:[{s:s,s:o}]}", "name", &name, "value",
                                 &value, "unit", &unit, "children", "file", &file, "children",
                                 &children),
                     0);
    assert_string_equal(name, "all");
    assert_string_equal(unit, "bytes");
    assert_string_equal(file, "/r.c");
    assert_int_equal(value, 745);
    assert_int_equal(json_array_size(children), 1); /* without what is below 0 */
    json_decref(json);
    free(text);
}

static char *
draw(const struct calltree *tree)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    svg_write(tree, &bytes, out);
    fclose(out);
    return text;
}

static void
svg_frames(void **state)
{
    char *text = draw(&root);

    (void)state;
    assert_non_null(strstr(text, "<title>all: 745B, 100.0 %</title>"));
    assert_non_null(strstr(text, "<title>a;b&#60;&#38;&#62;: 250B, 33.6 %</title>"));
    assert_non_null(strstr(text, ">a;b&#60;&#38;&#62;</text>"));
    assert_null(strstr(text, "less"));
    free(text);
}

static void
svg_of_nothing(void **state)
{
    const struct calltree nothing = { .name = "all" };
    char *text = draw(&nothing);

    (void)state;
    assert_non_null(strstr(text, "</svg>"));
    assert_null(strstr(text, "<title>"));
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_added_up), cmocka_unit_test(folded_lines),
        cmocka_unit_test(flame_objects),       cmocka_unit_test(svg_frames),
        cmocka_unit_test(svg_of_nothing),
    };

    return cmocka_run_group_tests(tests, grow, NULL);
}
