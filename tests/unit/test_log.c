/* SPDX-License-Identifier: BSD-2-Clause */
/* Log: levels, escaping, cutting, reopening. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/sink.h"
#include "scratch.h"

static char line[8192];

/* The last line of the scratch log, without its newline. */
static const char *
last_line(const char *name)
{
    FILE *file = fopen(scratch_path(name), "r");

    line[0] = '\0';
    while (file && fgets(line, sizeof(line), file))
        line[strcspn(line, "\n")] = '\0';
    if (file)
        fclose(file);
    return line;
}

/* Is there a line with both? */
static bool
holds(const char *name, const char *first, const char *second)
{
    FILE *file = fopen(scratch_path(name), "r");
    bool found = false;

    while (file && fgets(line, sizeof(line), file))
        found |= strstr(line, first) != NULL && strstr(line, second) != NULL;
    if (file)
        fclose(file);
    return found;
}

static int
open_log(void **state)
{
    (void)state;
    return sink_open(scratch_write("log", "", 0));
}

static void
a_line_says_when_what_and_who(void **state)
{
    char process[64];
    int year;

    (void)state;
    log_set_process("worker 3");
    log_notice("hello %d", 7);
    snprintf(process, sizeof(process), "Z notice worker 3[%d]: hello 7", (int)getpid());
    assert_non_null(strstr(last_line("log"), process));
    assert_int_equal(sscanf(line, "%4d-", &year), 1);
    assert_int_equal(strstr(line, process) - line, (long)strlen("2026-01-31T12:00:00.123"));
}

static void
levels_above_the_chosen_one_are_dropped(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_WARNING);
    log_warning("kept");
    log_notice("dropped");
    assert_non_null(strstr(last_line("log"), ": kept"));
    log_set_level(LOG_LEVEL_NOTICE);
}

static void
no_byte_of_a_peer_forges_a_line(void **state)
{
    (void)state;
    log_notice("%s", "a\nb\x1b[31m\x80\x7f");
    assert_non_null(strstr(last_line("log"), ": a\\x0ab\\x1b[31m\\x80\\x7f"));
}

static void
a_long_line_is_cut_and_says_so(void **state)
{
    char text[5000];
    size_t length;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    log_notice("%s", text);
    length = strlen(last_line("log"));
    assert_true(length < 2048);
    assert_string_equal(line + length - 3, "...");
    memset(text, '\x01', 1500);
    log_notice("%s", text);
    assert_true(strlen(last_line("log")) < 2048);
}

static void
reopening_follows_a_rename(void **state)
{
    char old[512];

    (void)state;
    log_notice("before");
    snprintf(old, sizeof(old), "%s.1", scratch_path("log"));
    rename(scratch_path("log"), old);
    assert_int_equal(sink_reopen(), 0);
    log_notice("after");
    assert_non_null(strstr(last_line("log.1"), ": before"));
    assert_non_null(strstr(last_line("log"), ": after"));
}

static void
a_path_that_cannot_be_opened_changes_nothing(void **state)
{
    (void)state;
    assert_true(sink_open("/nonexistent/log") < 0);
    log_notice("still here");
    assert_non_null(strstr(last_line("log"), ": still here"));
}

static void
lost_lines_are_counted(void **state)
{
    (void)state;
    sink_add_lost(1);
    log_notice("next");
    assert_non_null(strstr(last_line("log"), ": next"));
    assert_true(holds("log", "warning worker 3", "1 line of the log was lost"));
    sink_add_lost(17);
    log_notice("next");
    assert_true(holds("log", "warning worker 3", "17 lines of the log were lost"));
    assert_int_equal(sink_take_lost(), 0);
}

static void
the_first_error_is_kept(void **state)
{
    char kept[16] = "";

    (void)state;
    log_keep_error(kept, sizeof(kept));
    log_warning("no error");
    log_error("the first %s", "is long");
    log_error("the second");
    assert_string_equal(kept, "the first is lo");
    log_keep_error(NULL, 0);
    kept[0] = '\0';
    log_error("nowhere");
    assert_string_equal(kept, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_when_what_and_who),
        cmocka_unit_test(levels_above_the_chosen_one_are_dropped),
        cmocka_unit_test(no_byte_of_a_peer_forges_a_line),
        cmocka_unit_test(a_long_line_is_cut_and_says_so),
        cmocka_unit_test(reopening_follows_a_rename),
        cmocka_unit_test(a_path_that_cannot_be_opened_changes_nothing),
        cmocka_unit_test(the_first_error_is_kept),
        cmocka_unit_test(lost_lines_are_counted),
    };

    return cmocka_run_group_tests_name("log", tests, open_log, NULL);
}
