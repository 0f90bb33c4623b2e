/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs are counted under quotas, read from a made-up tree of cgroups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/count.h"
#include "config/cpu.h"
#include "scratch.h"

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

/* The name is a path in the tree; its directories are made. */
static void
put(const char *name, const char *text)
{
    char path[512];
    char *slash;

    snprintf(path, sizeof(path), "%s", scratch_path(name));
    for (slash = path + strlen(scratch_directory()) + 1; (slash = strchr(slash, '/'));
         slash++) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    scratch_write(name, text, strlen(text));
}

static struct cpu_quota
read_tree(void)
{
    return cpu_quota_read(scratch_path("groups"), scratch_directory());
}

static int
clear_tree(void **state)
{
    (void)state;
    scratch_clear();
    return 0;
}

static void
reads_version_2_with_parents(void **state)
{
    (void)state;
    put("groups", "0::/a/b\n");
    put("a/b/cpu.max", "400000 100000\n");
    assert_int_equal(read_tree().quota, 400000);
    put("a/cpu.max", "300000 100000\n");
    assert_int_equal(read_tree().quota, 300000);
    put("cpu.max", "max 100000\n");
    assert_int_equal(read_tree().quota, 300000);
    put("cpu.max", "100000 100000\n");
    assert_int_equal(read_tree().quota, 100000);
}

static void
reads_version_1(void **state)
{
    (void)state;
    put("groups", "3:memory:/a\n2:cpuacct,cpu:/a\n1:cpuset:/a\n0::/\n");
    put("cpu/a/cpu.cfs_quota_us", "-1\n");
    put("cpu/a/cpu.cfs_period_us", "100000\n");
    assert_int_equal(read_tree().quota, 0);
    put("cpu/cpu.cfs_quota_us", "250000\n");
    put("cpu/cpu.cfs_period_us", "100000\n");
    assert_int_equal(read_tree().quota, 250000);
    assert_int_equal(read_tree().period, 100000);
    put("cpu/a/cpu.cfs_quota_us", "50000\n");
    assert_int_equal(read_tree().quota, 50000);
}

static void
takes_the_unreadable_for_no_limit(void **state)
{
    (void)state;
    assert_int_equal(cpu_quota_read("/nonexistent", scratch_directory()).quota, 0);
    put("groups", "nonsense\n0:\n0::\n:::\n1:cpu:/x\n");
    assert_int_equal(read_tree().quota, 0);
    put("cpu.max", "nonsense\n");
    assert_int_equal(read_tree().quota, 0);
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
        cmocka_unit_test_teardown(reads_version_2_with_parents, clear_tree),
        cmocka_unit_test_teardown(reads_version_1, clear_tree),
        cmocka_unit_test_teardown(takes_the_unreadable_for_no_limit, clear_tree),
        cmocka_unit_test(counts_at_least_one_here),
    };

    return cmocka_run_group_tests_name("cpu", tests, NULL, NULL);
}
