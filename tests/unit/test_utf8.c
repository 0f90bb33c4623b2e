/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-8 as RFC 3629 defines it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "base/utf8.h"

static void
tells_characters_from_bytes(void **state)
{
    static const struct {
        struct span text;
        size_t length;
    } rows[] = {
        { { "a", 1 }, 1 },
        { { "\0", 1 }, 1 },
        { { "\xc3\xa9z", 3 }, 2 },
        { { "\xe2\x82\xac", 3 }, 3 },
        { { "\xf0\x9f\x98\x80", 4 }, 4 },
        { { "\xf4\x8f\xbf\xbf", 4 }, 4 },
        { { "\xf4\x90\x80\x80", 4 }, 0 }, /* above U+10FFFF */
        { { "\xed\xa0\x80", 3 }, 0 },     /* a surrogate */
        { { "\xc0\x80", 2 }, 0 },         /* longer than it must be */
        { { "\xe0\x9f\xbf", 3 }, 0 },
        { { "\xf0\x8f\xbf\xbf", 4 }, 0 },
        { { "\xc3", 1 }, 0 }, /* cut */
        { { "\xe2\x82", 2 }, 0 },
        { { "\xe2\x82z", 3 }, 0 },
        { { "\x80", 1 }, 0 },
        { { "\xff", 1 }, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(utf8_length(rows[i].text), rows[i].length);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(tells_characters_from_bytes) };

    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
