/* SPDX-License-Identifier: BSD-2-Clause */
/* Origin: which hosts are this machine's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "observer/origin.h"

static char name[] = "a.example";
static char literal[] = "[2001:db8::1]";
static char *names[] = { name, literal };
static const struct header_list hosts = { .items = names, .count = 2 };

static const struct {
    const char *authority;
    bool known;
} rows[] = {
    { "localhost", true },
    { "LOCALHOST:80", true },
    { "127.0.0.1", true },
    { "127.255.0.9:1", true },
    { "[::1]", true },
    { "[0:0::1]:80", true },
    { "a.example", true },
    { "A.EXAMPLE:9", true },
    { "[2001:db8::1]:1", true },
    { "", false },
    { ":80", false },
    { "localhost.evil", false },
    { "evil.localhost", false },
    { "128.0.0.1", false },
    { "127.1", false },
    { "0.0.0.0", false },
    { "[::2]", false },
    { "[::1", false },
    { "[::1].evil", false },
    { "::1", false },
    { "2130706433", false },
    { "[::ffff:7f00:1]", false },
    { "b.a.example", false },
    { "127.0.0.1.evil.example", false },
    { "[]", false },
    { "[12345678901234567890123456789012345678901234567890]", false },
};

static void
hosts_of_this_machine(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (origin_is_known(span_of(rows[i].authority), &hosts) != rows[i].known)
            fail_msg("%s", rows[i].authority);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_of_this_machine),
    };

    return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
