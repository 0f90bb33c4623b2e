/* SPDX-License-Identifier: BSD-2-Clause */
/* Renamed: what an old key leads to is a key, and the old one is none any more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/count.h"
#include "config/option.h"
#include "config/renamed.h"

static const struct {
    enum section_kind section;
    const char *before;
    const char *now;
} rows[] = {
    { SECTION_SERVER, "connections", "worker_connections" },
    { SECTION_SERVER, "turn_size", "send_max_chunk" },
    { SECTION_PROFILE, "every", "interval" },
    { SECTION_DEBUG, "events", "trace_events" },
};

static void
old_keys_lead_to_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *now = renamed_key(rows[i].section, rows[i].before);
        char text[256];

        assert_string_equal(now, rows[i].now);
        assert_non_null(option_find(rows[i].section, now));
        option_suggest(rows[i].section, rows[i].before, text, sizeof(text));
        assert_non_null(strstr(text, "it is called "));
        assert_non_null(strstr(text, rows[i].now));
    }
}

static void
keys_have_not_been_renamed(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count; i++)
        assert_null(renamed_key(option_table[i].section, option_table[i].key));
    assert_null(renamed_key(SECTION_LOG, "connections"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_keys_lead_to_keys),
        cmocka_unit_test(keys_have_not_been_renamed),
    };

    return cmocka_run_group_tests_name("renamed", tests, NULL, NULL);
}
