/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot: how many descriptors there may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "master/boot.h"

enum { START = 50, PER_WORKER = 7 };

/* The limit that these configurations lead to from a low one; NULL: no such generation. */
static rlim_t
limit_for(struct config *config, struct config *newest, struct config *older)
{
    struct generation generations[] = { { .shared.config = newest },
                                        { .shared.config = older } };
    struct rlimit before;
    struct rlimit limit;

    if (older)
        generations[0].older = &generations[1];
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = (struct rlimit){ START, before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    boot_raise_descriptor_limit(config, newest ? &generations[0] : NULL);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(limit.rlim_max, before.rlim_max);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    return limit.rlim_cur;
}

static void
what_a_generation_takes_is_counted(void **state)
{
    struct config plain = { .server = { .worker_connections = 1 } };
    struct config_asset assets[12] = { [11] = { .tree = true, .max_open_files = 50 } };
    struct config full = { .server = { .worker_connections = 101, .workers = 7 },
                           .assets = assets,
                           .asset_count = 11 };
    rlim_t least = limit_for(&plain, NULL, NULL);

    (void)state;
    assert_true(least > START);
    assert_int_equal(limit_for(&full, NULL, NULL), least + 100 + PER_WORKER * 7 + 11);
    full.asset_count = 12;
    assert_true(limit_for(&full, NULL, NULL) >= least + 100 + PER_WORKER * 7 + 11 + 50);
}

static void
older_generations_keep_theirs_open(void **state)
{
    struct config next = { .server = { .worker_connections = 1 } };
    struct config many = { .server = { .worker_connections = 1000, .workers = 30 } };
    struct config_asset assets[20] = { { 0 } };
    struct config large = { .server = { .workers = 1 }, .assets = assets, .asset_count = 20 };
    rlim_t alone = limit_for(&next, NULL, NULL);

    (void)state;
    assert_int_equal(limit_for(&next, &many, NULL), alone + PER_WORKER * 30);
    assert_int_equal(limit_for(&next, &many, &large),
                     alone + PER_WORKER * 30 + PER_WORKER + 20);
}

static void
a_higher_limit_stays(void **state)
{
    struct config config = { .server = { .worker_connections = 1 } };
    struct rlimit before;
    struct rlimit after;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    assert_true(before.rlim_cur > limit_for(&config, NULL, NULL));
    boot_raise_descriptor_limit(&config, NULL);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &after), 0);
    assert_int_equal(after.rlim_cur, before.rlim_cur);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_generation_takes_is_counted),
        cmocka_unit_test(older_generations_keep_theirs_open),
        cmocka_unit_test(a_higher_limit_stays),
    };

    return cmocka_run_group_tests_name("boot", tests, NULL, NULL);
}
