/* SPDX-License-Identifier: BSD-2-Clause */
/* Patterns of files, and the rules that use them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "config/pattern.h"
#include "config/rule.h"

static const struct {
    const char *pattern;
    const char *name;
    bool matches;
} rows[] = {
    { "*.png", "a.png", true },          { "*.png", "a/b/c.png", true },
    { "*.png", "a.png/b", false },       { "*.PNG", "a.png", false },
    { "[ab]?.txt", "x/a1.txt", true },   { "a/*.png", "a/b.png", true },
    { "/a/*.png", "a/b.png", true },     { "a/*.png", "a/b/c.png", false },
    { "a/*.png", "x/a/b.png", false },   { "a/**.png", "a/b/c.png", true },
    { "**/x", "a/b/x", true },           { "*", ".hidden", true },
    { "sp ace%*", "d/sp ace%20", true },
};

static void
patterns_match_names_or_paths(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (pattern_matches(rows[i].pattern, rows[i].name) != rows[i].matches)
            fail_msg("%s %s", rows[i].pattern, rows[i].name);
}

static void
a_tree_takes_what_its_lists_say(void **state)
{
    char *include[] = { (char[]){ "*.png" }, (char[]){ "doc/*" } };
    char *exclude[] = { (char[]){ "tmp*" }, (char[]){ "old/" }, (char[]){ "a/b/" } };
    struct config_asset tree = { .include = { include, 2 }, .exclude = { exclude, 3 } };

    (void)state;
    assert_true(pattern_takes_file(&tree, "x/y.png"));
    assert_true(pattern_takes_file(&tree, "doc/readme"));
    assert_false(pattern_takes_file(&tree, "readme"));
    assert_false(pattern_takes_file(&tree, "x/tmp1.png"));
    assert_false(pattern_takes_file(&tree, ".x.png"));
    assert_true(pattern_takes_directory(&tree, "x"));
    assert_false(pattern_takes_directory(&tree, "x/old"));
    assert_false(pattern_takes_directory(&tree, "a/b"));
    assert_true(pattern_takes_directory(&tree, "x/a/b"));
    assert_false(pattern_takes_directory(&tree, ".git"));
    tree.hidden = CHOICE_YES;
    assert_true(pattern_takes_directory(&tree, ".git"));
    assert_true(pattern_takes_file(&tree, ".x.png"));
}

static void
rules_replace_and_headers_add(void **state)
{
    char *rules[] = { (char[]){ "*.gz encoding base64" }, (char[]){ "*.gz header X-B: 2" },
                      (char[]){ "a* cache_control no-cache" },
                      (char[]){ "a* variant streaming" } };
    char *header[] = { (char[]){ "X-A: 1" } };
    struct config_asset tree = { .tree = true,
                                 .rule = { rules, COUNT(rules) },
                                 .header = { header, 1 },
                                 .cache_control = (char[]){ "max-age=1" } };
    struct config_asset result;

    (void)state;
    assert_int_equal(rule_match(&tree, "b.gz"), 3);
    assert_int_equal(rule_match(&tree, "x/a.gz"), 15);
    assert_int_equal(rule_match(&tree, "b"), 0);
    rule_apply(&tree, 3, &result);
    assert_int_equal(result.encoding, ENCODING_BASE64);
    assert_int_equal(result.header.count, 2);
    assert_string_equal(result.header.items[1], "X-B: 2");
    assert_string_equal(result.cache_control, "max-age=1");
    rule_free(&result);
    rule_apply(&tree, 12, &result);
    assert_int_equal(result.variant, VARIANT_STREAMING);
    assert_string_equal(result.cache_control, "no-cache");
    rule_free(&result);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_names_or_paths),
        cmocka_unit_test(a_tree_takes_what_its_lists_say),
        cmocka_unit_test(rules_replace_and_headers_add),
    };

    return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
