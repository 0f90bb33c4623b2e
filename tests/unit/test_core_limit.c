/* SPDX-License-Identifier: BSD-2-Clause */
/* Core_limit: what each setting makes of the limit on core files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "master/core_limit.h"

static rlim_t
limit_of(enum core core)
{
    struct rlimit limit;

    assert_int_equal(core_limit_set(core), 0);
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    return limit.rlim_cur;
}

static void
cores_are_as_configured(void **state)
{
    struct rlimit limit;

    (void)state;
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = limit.rlim_max > 4096 ? 4096 : limit.rlim_max;
    setrlimit(RLIMIT_CORE, &limit);
    assert_int_equal(limit_of(CORE_OFF), limit.rlim_max < 1 ? 0 : 1);
    assert_int_equal(limit_of(CORE_ON), limit.rlim_max);
    assert_int_equal(limit_of(CORE_SYSTEM), limit.rlim_cur);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cores_are_as_configured),
    };

    return cmocka_run_group_tests_name("core_limit", tests, NULL, NULL);
}
