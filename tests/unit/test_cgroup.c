/* SPDX-License-Identifier: BSD-2-Clause */
/* Cgroup: trees of files as systems with version 1, version 2 and both show them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/cgroup.h"
#include "scratch.h"

#define GIB (UINT64_C(1) << 30)

/* Writes a file, and makes the folders that it is in. */
static void
put(const char *name, const char *text)
{
    char path[512];

    snprintf(path, sizeof(path), "%s", name);
    for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(scratch_path(path), 0777);
        *slash = '/';
    }
    scratch_write(name, text, strlen(text));
}

static void
put_second(const char *folder, const char *limit, const char *usage, const char *stat)
{
    char name[512];

    snprintf(name, sizeof(name), "%s/memory.max", folder);
    put(name, limit);
    snprintf(name, sizeof(name), "%s/memory.current", folder);
    put(name, usage);
    snprintf(name, sizeof(name), "%s/memory.stat", folder);
    put(name, stat);
}

static void
put_first(const char *folder, const char *limit, const char *usage, const char *stat)
{
    char name[512];

    snprintf(name, sizeof(name), "%s/memory.limit_in_bytes", folder);
    put(name, limit);
    snprintf(name, sizeof(name), "%s/memory.usage_in_bytes", folder);
    put(name, usage);
    snprintf(name, sizeof(name), "%s/memory.stat", folder);
    put(name, stat);
}

static int
clear(void **state)
{
    (void)state;
    scratch_clear();
    return 0;
}

static void
expect(const struct cgroup *cgroup, const char *path, uint64_t limit, uint64_t usage,
       uint64_t cache)
{
    struct cgroup_memory memory;

    assert_string_equal(cgroup->path + strlen(scratch_directory()), path);
    assert_true(cgroup_read(cgroup, &memory));
    assert_int_equal(memory.limit, limit);
    assert_int_equal(memory.usage, usage);
    assert_int_equal(memory.cache, cache);
}

static void
version_2_with_the_groups_above(void **state)
{
    struct cgroups cgroups;

    (void)state;
    put("proc/self/mountinfo",
        "22 1 8:1 / / rw - ext4 /dev/sda rw\n"
        "30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
    put("proc/self/cgroup", "0::/system.slice/tiffd.service\n");
    put_second("sys/fs/cgroup/system.slice/tiffd.service", "67108864\n", "30000000\n",
               "anon 5\nfile 9000\nactive_file 1000\ninactive_file 2000\nshmem 6000\n");
    put_second("sys/fs/cgroup/system.slice", "max\n", "40000000\n",
               "inactive_file 7\nactive_file 8\n");
    put("sys/fs/cgroup/memory.stat", "active_file 1\n"); /* the root has no limit */
    cgroup_find(&cgroups, scratch_directory());
    assert_int_equal(cgroups.count, 2);
    expect(&cgroups.items[0], "/sys/fs/cgroup/system.slice/tiffd.service", 67108864, 30000000,
           3000);
    expect(&cgroups.items[1], "/sys/fs/cgroup/system.slice", CGROUP_NONE, 40000000, 15);
    cgroup_close(&cgroups);
}

static void
version_1_counts_the_whole_tree(void **state)
{
    struct cgroups cgroups;

    (void)state;
    put("proc/self/mountinfo",
        "31 23 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
        "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n");
    put("proc/self/cgroup", "9:name=systemd:/\n4:hugetlb,memory:/a/b:c\n1:cpu:/elsewhere\n");
    put_first("sys/fs/cgroup/memory", "9223372036854771712\n", "5000000000\n",
              "total_active_file 4\ntotal_inactive_file 5\n");
    put_first("sys/fs/cgroup/memory/a", "1073741824\n", "500\n",
              "active_file 50\ninactive_file 60\ntotal_active_file 7\ntotal_inactive_file 8\n");
    put_first("sys/fs/cgroup/memory/a/b:c", "9223372036854771712\n", "400\n", "cache 1\n");
    cgroup_find(&cgroups, scratch_directory());
    assert_int_equal(cgroups.count, 3);
    expect(&cgroups.items[0], "/sys/fs/cgroup/memory/a/b:c", CGROUP_NONE, 400, 0);
    expect(&cgroups.items[1], "/sys/fs/cgroup/memory/a", GIB, 500, 15);
    expect(&cgroups.items[2], "/sys/fs/cgroup/memory", CGROUP_NONE, 5000000000, 9);
    cgroup_close(&cgroups);
}

/* Memory in version 1, and a mount of version 2 that has other controllers. */
static void
both_versions(void **state)
{
    struct cgroups cgroups;

    (void)state;
    put("proc/self/mountinfo",
        "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    put("proc/self/cgroup", "4:memory:/a\n0::/b\n");
    put_first("sys/fs/cgroup/memory/a", "1000\n", "10\n", "\n");
    put("sys/fs/cgroup/unified/b/cgroup.procs", "");
    cgroup_find(&cgroups, scratch_directory());
    assert_int_equal(cgroups.count, 1);
    expect(&cgroups.items[0], "/sys/fs/cgroup/memory/a", 1000, 10, 0);
    cgroup_close(&cgroups);
}

/* A container sees its own group as the top of the mount; names can hold spaces. */
static void
a_mount_of_a_part(void **state)
{
    struct cgroups cgroups;

    (void)state;
    put("proc/self/mountinfo", "35 31 0:32 /docker/17 /cg\\040x rw - cgroup cgroup rw,memory\n"
                               "36 31 0:32 /docker/1 /other rw - cgroup cgroup rw,memory\n"
                               "37 31 0:38 /../.. /outside rw - cgroup2 cgroup2 rw\n");
    put("proc/self/cgroup", "4:memory:/docker/17/deep\n0::/\n");
    put_first("cg x", "2000\n", "20\n", "\n");
    put_first("cg x/deep", "1000\n", "10\n", "\n");
    put_first("other", "1\n", "1\n", "\n");
    cgroup_find(&cgroups, scratch_directory());
    assert_int_equal(cgroups.count, 2);
    expect(&cgroups.items[0], "/cg x/deep", 1000, 10, 0);
    expect(&cgroups.items[1], "/cg x", 2000, 20, 0);
    cgroup_close(&cgroups);
}

static void
what_can_not_be_read_is_left_out(void **state)
{
    struct cgroups cgroups;
    struct cgroup_memory memory;

    (void)state;
    cgroup_find(&cgroups, scratch_directory());
    assert_int_equal(cgroups.count, 0);
    put("proc/self/mountinfo", "30 22 0:26 / /c rw - cgroup2 cgroup2 rw\n - \nnonsense\n\n");
    cgroup_find(&cgroups, scratch_directory());
    assert_int_equal(cgroups.count, 0);
    put("proc/self/cgroup", "nonsense\n:\n::\n0::/x\n");
    put_second("c/x", "word\n", "10\n", "\n");
    cgroup_find(&cgroups, scratch_directory());
    assert_int_equal(cgroups.count, 1);
    assert_false(cgroup_read(&cgroups.items[0], &memory));
    put("c/x/memory.max", "");
    assert_false(cgroup_read(&cgroups.items[0], &memory));
    cgroup_close(&cgroups);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(version_2_with_the_groups_above, clear),
        cmocka_unit_test_setup(version_1_counts_the_whole_tree, clear),
        cmocka_unit_test_setup(both_versions, clear),
        cmocka_unit_test_setup(a_mount_of_a_part, clear),
        cmocka_unit_test_setup(what_can_not_be_read_is_left_out, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
