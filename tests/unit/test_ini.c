/* SPDX-License-Identifier: BSD-2-Clause */
/* The reader around inih: line numbers, long lines, line ends, NUL, and files that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "config/config_load.h"
#include "config/ini.h"
#include "config/line.h"
#include "config_text.h"

#define ASSET "[asset /a]\nfile=/x\n"

/* Texts that mean the same: one asset /a, workers 3. */
static const char *const same[] = {
    "[server]\nworkers=3\n" ASSET,
    "[server]\r\nworkers = 3\r\n[asset /a]\r\nfile = /x\r\n",
    "\xef\xbb\xbf[server]\nworkers = 3 ; why\n" ASSET,
    "  [server]  ; x\n\n\t workers\t=\t3\t\n   \n" ASSET,
    "# c\n; c\n   # indented\n[server]\n  workers = 3\n  variant = cached\n" ASSET,
    ASSET "[server]\nworkers = 3",
    "[asset /a]\nfile=/x\n[server] # last\nworkers=3\n[log]",
};

static void
reads_what_is_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(same); i++) {
        struct loaded loaded = config_text(same[i]);

        assert_non_null(loaded.config);
        assert_int_equal(loaded.config->server.workers, 3);
        assert_int_equal(loaded.config->asset_count, 1);
        assert_string_equal(loaded.config->assets[0].path, "/a");
        assert_string_equal(loaded.config->assets[0].file, "/x");
        config_text_free(&loaded);
    }
}

static void
remembers_lines(void **state)
{
    struct loaded loaded = config_text(
        "# 1\n\n[server]\nlisten=*:1\n  listen=*:2,*:3\r\n[asset /a] ; 6\n\nfile=/x");
    const struct config *config = loaded.config;

    (void)state;
    assert_non_null(config);
    assert_int_equal(config->server.listen.items[0].origin.line, 4);
    assert_int_equal(config->server.listen.items[1].origin.line, 5);
    assert_int_equal(config->server.listen.items[2].origin.line, 5);
    assert_int_equal(config->assets[0].origin.line, 6);
    assert_int_equal(config->assets[0].file_origin.line, 8);
    config_text_free(&loaded);
}

/* "[asset /a]" and a line "cache_control = vvv" with a value of the given length. */
static struct loaded
load_value(size_t length, const char *before, const char *after)
{
    char *text = test_calloc(2, LINE_LENGTH_MAX);
    struct loaded loaded;
    size_t used = (size_t)sprintf(text, ASSET "%scache_control = ", before);

    memset(text + used, 'v', length);
    sprintf(text + used + length, "%s\nzzz\n", after);
    loaded = config_text(text);
    test_free(text);
    return loaded;
}

static void
assert_errors(size_t value, const char *before, const char *after, size_t count,
              const char *errors)
{
    struct loaded loaded = load_value(value, before, after);

    assert_int_equal(loaded.report.count, count); /* with that of "zzz": lines are counted */
    assert_memory_equal(loaded.report.text, errors, strlen(errors));
    config_text_free(&loaded);
}

static void
limits_values(void **state)
{
    (void)state;
    assert_errors(LINE_VALUE_MAX, "", "\r", 1, "4: a line without '='");
    assert_errors(LINE_VALUE_MAX, " \t", "  ; why", 1, "4: a line without '='");
    assert_errors(LINE_VALUE_MAX + 1, "", "", 2,
                  "3: a value that is too long; accepted: at most 16384 bytes\n4:");
    assert_errors(20000, "", "\r", 2,
                  "3: a line of 20016 bytes; accepted: at most 16512, and a comment\n4:");
    assert_errors(20000, "# ", "", 1, "4:");
    assert_errors(20000, "", " ; c", 2, "3: a line of 20020 bytes;");
}

/* The comment is no part of what is limited. */
static void
takes_comments_of_any_length(void **state)
{
    char after[20000] = " ; ";

    (void)state;
    memset(after + 3, 'c', sizeof(after) - 4);
    assert_errors(3, "", after, 1, "4:");
}

/* What inih might take for something else, at every place relative to its buffer. */
static void
keeps_long_values(void **state)
{
    static const char *const kinds[] = { "v",    "a b",    "a  \tb",  "a;b",
                                         "a #b", "x=[y] ", "\xc3\xa9" };
    char text[2000];

    (void)state;
    for (size_t kind = 0; kind < COUNT(kinds); kind++)
        for (size_t length = 100; length < 300; length++) {
            size_t used = (size_t)sprintf(text, "[log]\nfile = /");
            char *value = text + used - 1;
            struct loaded loaded;

            while (strlen(value) < length)
                strcat(text, kinds[kind]);
            strcat(text, "z");
            value = strdup(value);
            strcat(text, "\n" ASSET);
            loaded = config_text(text);
            assert_non_null(loaded.config);
            assert_string_equal(loaded.config->log.file, value);
            config_text_free(&loaded);
            free(value);
        }
}

static void
refuses_what_it_can_not_divide(void **state)
{
    char text[400];
    struct loaded loaded;

    (void)state;
    sprintf(text, ASSET "cache_control = a%200sb\n", "");
    loaded = config_text(text);
    assert_int_equal(loaded.report.count, 1);
    assert_memory_equal(loaded.report.text, "3: a value with 128 bytes in a row", 34);
    config_text_free(&loaded);
}

static void
keeps_long_asset_paths(void **state)
{
    char text[SECTION_PATH_MAX + 100] = "[asset /";
    struct loaded loaded;

    (void)state;
    memset(text + 8, 'p', SECTION_PATH_MAX - 1);
    strcpy(text + 8 + SECTION_PATH_MAX - 1, "]\nfile=/x");
    loaded = config_text(text);
    assert_non_null(loaded.config);
    assert_int_equal(strlen(loaded.config->assets[0].path), SECTION_PATH_MAX);
    config_text_free(&loaded);
}

static const struct {
    const char *text;
    const char *errors;
} bad[] = {
    { "a=1\n", "1: a: a key before the first section" },
    { "\n[server\nworkers=x\n", "2: '[' without ']'" },
    { "[nosuch]\nworkers=x\n", "1: [nosuch]: unknown section" },
    { "[server]\nworkers: 3\n", "2: a line without '='" },
    { "[server]\n\x1b=3\n", "2: a control byte" },
};

static void
reports_bad_lines_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct loaded loaded = config_text(bad[i].text);

        assert_int_equal(loaded.report.count, 1);
        assert_memory_equal(loaded.report.text, bad[i].errors, strlen(bad[i].errors));
        config_text_free(&loaded);
    }
}

static void
skips_keys_of_a_long_section_line(void **state)
{
    char text[LINE_LENGTH_MAX + 100] = "[asset /";
    struct loaded loaded;

    (void)state;
    memset(text + 8, 'p', LINE_LENGTH_MAX);
    strcpy(text + 8 + LINE_LENGTH_MAX, "]\nfile=/x\nvariant=x\n");
    loaded = config_text(text);
    assert_int_equal(loaded.report.count, 1);
    assert_non_null(strstr(loaded.report.text, "1: a line of 16521 bytes"));
    config_text_free(&loaded);
}

static void
stops_at_nul(void **state)
{
    static const char text[] = ASSET "x\0y = 3\nzzz\n";
    struct loaded loaded = config_text_load(text, sizeof(text) - 1, NULL, 0);

    (void)state;
    assert_int_equal(loaded.report.count, 1);
    assert_memory_equal(loaded.report.text, "3: a NUL byte", 13);
    config_text_free(&loaded);
}

static void
limits_the_file(void **state)
{
    char *text = malloc(INI_SIZE_MAX + 100);
    struct loaded loaded;

    (void)state;
    assert_non_null(text);
    memset(text, '\n', INI_SIZE_MAX + 100);
    memcpy(text, ASSET, strlen(ASSET));
    loaded = config_text_load(text, INI_SIZE_MAX, NULL, 0);
    assert_non_null(loaded.config);
    config_text_free(&loaded);
    loaded = config_text_load(text, INI_SIZE_MAX + 1, NULL, 0);
    assert_int_equal(loaded.report.count, 1);
    assert_non_null(strstr(loaded.report.text, "too large"));
    config_text_free(&loaded);
    memset(text, 'x', INI_SIZE_MAX + 100);
    loaded = config_text_load(text, INI_SIZE_MAX + 100, NULL, 0);
    assert_int_equal(loaded.report.count, 1);
    assert_non_null(strstr(loaded.report.text, "1: the file is too large"));
    config_text_free(&loaded);
    free(text);
}

static void
refuses_what_is_no_file(void **state)
{
    struct report report = { 0 };

    (void)state;
    assert_null(config_load("/nonexistent/t.ini", NULL, 0, &report));
    assert_string_equal(report.text,
                        "/nonexistent/t.ini: can't be opened: No such file or directory\n");
    report_free(&report);
    assert_null(config_load("/tmp", NULL, 0, &report));
    assert_string_equal(report.text, "/tmp: is a directory; accepted: a file\n");
    report_free(&report);
    assert_null(config_load("/dev/zero", NULL, 0, &report));
    assert_int_equal(report.count, 1);
    report_free(&report);
    assert_null(config_load("/dev/null", NULL, 0, &report));
    assert_string_equal(report.text, "/dev/null: no asset; accepted: at least one section "
                                     "[asset /path] or [tree /path]\n");
    report_free(&report);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_written),
        cmocka_unit_test(remembers_lines),
        cmocka_unit_test(limits_values),
        cmocka_unit_test(takes_comments_of_any_length),
        cmocka_unit_test(keeps_long_values),
        cmocka_unit_test(refuses_what_it_can_not_divide),
        cmocka_unit_test(keeps_long_asset_paths),
        cmocka_unit_test(reports_bad_lines_once),
        cmocka_unit_test(skips_keys_of_a_long_section_line),
        cmocka_unit_test(stops_at_nul),
        cmocka_unit_test(limits_the_file),
        cmocka_unit_test(refuses_what_is_no_file),
    };

    return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
