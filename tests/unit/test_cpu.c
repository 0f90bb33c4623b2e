/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs are counted under quotas, read from a made-up tree of cgroups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/count.h"
#include "config/cpu.h"

static void
reads_cpu_max(void **state)
{
    struct cpu_quota quota;

    (void)state;
    assert_true(cpu_quota_parse("150000 100000\n", &quota));
    assert_int_equal(quota.quota, 150000);
    assert_int_equal(quota.period, 100000);
    assert_true(cpu_quota_parse("max 100000\n", &quota));
    assert_int_equal(quota.quota, 0);
    assert_false(cpu_quota_parse("", &quota));
    assert_false(cpu_quota_parse("150000", &quota));
    assert_false(cpu_quota_parse("150000 0", &quota));
    assert_false(cpu_quota_parse("max", &quota));
}

static const struct {
    unsigned allowed;
    struct cpu_quota quota;
    unsigned maximum;
    unsigned cpus;
} limits[] = {
    { 8, { 0, 0 }, 1024, 8 },           { 8, { 200000, 100000 }, 1024, 2 },
    { 8, { 200001, 100000 }, 1024, 3 }, { 8, { 10000, 100000 }, 1024, 1 },
    { 2, { 800000, 100000 }, 1024, 2 }, { 2048, { 0, 0 }, 1024, 1024 },
    { 0, { 0, 0 }, 1024, 1 },           { 4, { UINT64_MAX, 1 }, 1024, 4 },
};

static void
limits_cpus(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(limits); i++)
        assert_int_equal(cpu_limit(limits[i].allowed, limits[i].quota, limits[i].maximum),
                         limits[i].cpus);
}

static void
takes_the_tighter_quota(void **state)
{
    struct cpu_quota none = { 0, 0 };
    struct cpu_quota one = { 50000, 50000 };
    struct cpu_quota two = { 200000, 100000 };

    (void)state;
    assert_int_equal(cpu_quota_tighter(none, two).quota, 200000);
    assert_int_equal(cpu_quota_tighter(two, none).quota, 200000);
    assert_int_equal(cpu_quota_tighter(two, one).quota, 50000);
    assert_int_equal(cpu_quota_tighter(one, two).quota, 50000);
    assert_int_equal(cpu_quota_tighter(none, none).quota, 0);
}

struct tree {
    char root[64];
    char groups[96];
};

static void
put(const struct tree *tree, const char *directory, const char *name, const char *text)
{
    char path[256];
    FILE *out;

    snprintf(path, sizeof(path), "%s/%s", tree->root, directory);
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/%s/%s", tree->root, directory, name);
    out = fopen(path, "we");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static int
make_tree(void **state)
{
    struct tree *tree = malloc(sizeof(*tree));

    assert_non_null(tree);
    strcpy(tree->root, "/tmp/test_cpu.XXXXXX");
    assert_non_null(mkdtemp(tree->root));
    snprintf(tree->groups, sizeof(tree->groups), "%s/groups", tree->root);
    *state = tree;
    return 0;
}

static int
remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int
remove_tree(void **state)
{
    struct tree *tree = *state;

    nftw(tree->root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(tree);
    return 0;
}

static void
reads_version_2_with_parents(void **state)
{
    const struct tree *tree = *state;

    put(tree, ".", "groups", "0::/a/b\n");
    put(tree, "a/b", "cpu.max", "400000 100000\n");
    assert_int_equal(cpu_quota_read(tree->groups, tree->root).quota, 400000);
    put(tree, "a", "cpu.max", "300000 100000\n");
    assert_int_equal(cpu_quota_read(tree->groups, tree->root).quota, 300000);
    put(tree, ".", "cpu.max", "max 100000\n");
    assert_int_equal(cpu_quota_read(tree->groups, tree->root).quota, 300000);
    put(tree, ".", "cpu.max", "100000 100000\n");
    assert_int_equal(cpu_quota_read(tree->groups, tree->root).quota, 100000);
}

static void
reads_version_1(void **state)
{
    const struct tree *tree = *state;

    put(tree, ".", "groups", "3:memory:/a\n2:cpuacct,cpu:/a\n1:cpuset:/a\n0::/\n");
    put(tree, "cpu/a", "cpu.cfs_quota_us", "-1\n");
    put(tree, "cpu/a", "cpu.cfs_period_us", "100000\n");
    assert_int_equal(cpu_quota_read(tree->groups, tree->root).quota, 0);
    put(tree, "cpu", "cpu.cfs_quota_us", "250000\n");
    put(tree, "cpu", "cpu.cfs_period_us", "100000\n");
    assert_int_equal(cpu_quota_read(tree->groups, tree->root).quota, 250000);
    assert_int_equal(cpu_quota_read(tree->groups, tree->root).period, 100000);
    put(tree, "cpu/a", "cpu.cfs_quota_us", "50000\n");
    assert_int_equal(cpu_quota_read(tree->groups, tree->root).quota, 50000);
}

static void
takes_the_unreadable_for_no_limit(void **state)
{
    const struct tree *tree = *state;

    assert_int_equal(cpu_quota_read("/nonexistent", tree->root).quota, 0);
    put(tree, ".", "groups", "nonsense\n0:\n0::\n:::\n1:cpu:/x\n");
    assert_int_equal(cpu_quota_read(tree->groups, tree->root).quota, 0);
    put(tree, ".", "cpu.max", "nonsense\n");
    assert_int_equal(cpu_quota_read(tree->groups, tree->root).quota, 0);
}

static void
counts_at_least_one_here(void **state)
{
    (void)state;
    assert_in_range(cpu_available(1024), 1, 1024);
    assert_int_equal(cpu_available(1), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_cpu_max),
        cmocka_unit_test(limits_cpus),
        cmocka_unit_test(takes_the_tighter_quota),
        cmocka_unit_test_setup_teardown(reads_version_2_with_parents, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(reads_version_1, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(takes_the_unreadable_for_no_limit, make_tree,
                                        remove_tree),
        cmocka_unit_test(counts_at_least_one_here),
    };

    return cmocka_run_group_tests_name("cpu", tests, NULL, NULL);
}
