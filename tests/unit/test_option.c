/* SPDX-License-Identifier: BSD-2-Clause */
/* The option table is sound, and suggestions for unknown keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/count.h"
#include "config/option.h"
#include "config/setting.h"
#include "config/type.h"

/* What the type writes after it has read the default. */
static void
round_trip(const struct config_option *option, char *line, size_t size)
{
    static struct config_asset asset;
    static struct config config = { .assets = &asset, .asset_count = 1 };
    struct report report = { 0 };
    struct setting setting = {
        .option = option,
        .section = "s",
        .value = option->preset,
        .origin = { .file = "f" },
        .report = &report,
    };
    FILE *out = fmemopen(line, size, "w");

    assert_non_null(out);
    option->type->parse(&setting, option_field(option, &config, 0));
    assert_int_equal(report.count, 0);
    option->type->print(option, option_view(option, &config, 0), out);
    fclose(out);
    if (option->type->clear != NULL)
        option->type->clear(option_field(option, &config, 0));
}

static void
defaults_are_valid_and_in_their_shortest_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count; i++) {
        const struct config_option *option = &option_table[i];
        char line[256] = "";
        char expected[256];

        if (option->flags & OPTION_INHERITED || strcmp(option->preset, "auto") == 0)
            continue;
        round_trip(option, line, sizeof(line));
        snprintf(expected, sizeof(expected), "%s =%s%s\n", option->key,
                 option->preset[0] != '\0' ? " " : "", option->preset);
        assert_string_equal(line, expected);
    }
}

static void
rows_are_complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count; i++) {
        const struct config_option *option = &option_table[i];
        char capacity[TYPE_TEXT_SIZE] = "";

        assert_ptr_equal(option_find(option->section, option->key), option);
        assert_true(option->minimum <= option->maximum);
        assert_true(strlen(option->help) > 0);
        assert_in_range(strlen(type_accepted(option, capacity)), 1, TYPE_TEXT_SIZE - 2);
        if (i > 0)
            assert_true(option->section >= option_table[i - 1].section);
    }
    assert_null(option_find(SECTION_LOG, "listen"));
}

static const struct {
    enum section_kind section;
    const char *key;
    const char *suggestion;
} rows[] = {
    { SECTION_SERVER, "lisen", "did you mean listen?" },
    { SECTION_SERVER, "Workers", "did you mean workers?" },
    { SECTION_SERVER, "header_timout", "did you mean header_timeout?" },
    { SECTION_ASSET, "cache-control", "did you mean cache_control?" },
    { SECTION_LOG, "workers", "it belongs to [server]" },
    { SECTION_SERVER, "level", "it belongs to [log]" },
    { SECTION_LOG, "colour",
      "accepted: level client_lines file syslog syslog_format "
      "syslog_facility syslog_tag" },
    { SECTION_DEBUG, "x",
      "accepted: listen hosts max_clients trace_events schedtrace alloctrace core "
      "registers" },
};

static void
suggests(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[512];

        option_suggest(rows[i].section, rows[i].key, text, sizeof(text));
        assert_string_equal(text, rows[i].suggestion);
    }
}

static void
suggests_within_the_buffer(void **state)
{
    char text[12];

    (void)state;
    option_suggest(SECTION_SERVER, "zzzzzzzz", text, sizeof(text));
    assert_string_equal(text, "accepted: l");
}

static void
tells_defaults(void **state)
{
    (void)state;
    assert_string_equal(option_preset_text(option_find(SECTION_SERVER, "max_header_size")),
                        "16k");
    assert_string_equal(option_preset_text(option_find(SECTION_SERVER, "user")), "none");
    assert_string_equal(option_preset_text(option_find(SECTION_ASSET, "file")),
                        "none, required");
    assert_string_equal(option_preset_text(option_find(SECTION_ASSET, "variant")),
                        "that of [server]");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_valid_and_in_their_shortest_form),
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(suggests),
        cmocka_unit_test(suggests_within_the_buffer),
        cmocka_unit_test(tells_defaults),
    };

    return cmocka_run_group_tests_name("option", tests, NULL, NULL);
}
