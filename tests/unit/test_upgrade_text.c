/* SPDX-License-Identifier: BSD-2-Clause */
/* The text that one master leaves to the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/count.h"
#include "master/upgrade_text.h"

static void
what_is_written_is_read(void **state)
{
    int fds[] = { 7, 8 };
    char first[] = "127.0.0.1:80";
    char second[] = "unix:/a b";
    char *names[] = { first, second };
    const struct listeners server = { .fds = fds, .names = names, .count = 2 };
    const struct listeners debug = {
        .fds = fds, .names = names, .count = 1, .inherited = true
    };
    struct upgrade_line line;
    char *text = NULL;
    char *at;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    upgrade_text_begin(out, 4711, 3);
    upgrade_text_listen(out, &server, "server");
    upgrade_text_listen(out, &debug, "debug");
    upgrade_text_drains(out, 9, 12);
    upgrade_text_end(out);
    fclose(out);
    at = text;
    assert_true(upgrade_text_known(&at));
    assert_true(upgrade_text_next(&at, &line));
    assert_int_equal(line.kind, UPGRADE_PID);
    assert_int_equal(line.pid, 4711);
    assert_true(upgrade_text_next(&at, &line));
    assert_int_equal(line.kind, UPGRADE_GENERATION);
    assert_int_equal(line.number, 3);
    for (int i = 0; i < 2; i++) {
        assert_true(upgrade_text_next(&at, &line));
        assert_int_equal(line.kind, UPGRADE_LISTEN);
        assert_int_equal(line.fd, fds[i]);
        assert_string_equal(line.name, names[i]);
        assert_false(line.debug || line.inherited);
    }
    assert_true(upgrade_text_next(&at, &line));
    assert_true(line.kind == UPGRADE_LISTEN && line.debug && line.inherited);
    assert_true(upgrade_text_next(&at, &line));
    assert_true(line.kind == UPGRADE_DRAINS && line.fd == 9 && line.pid == 12);
    assert_true(upgrade_text_next(&at, &line));
    assert_int_equal(line.kind, UPGRADE_LAST);
    free(text);
}

static void
a_later_version_may_add_lines(void **state)
{
    char text[] = "tiffd-upgrade 1\ncolour blue\n\npids 3\nend\n";
    char *at = text;
    struct upgrade_line line;

    (void)state;
    assert_true(upgrade_text_known(&at));
    assert_true(upgrade_text_next(&at, &line));
    assert_int_equal(line.kind, UPGRADE_LAST);
}

static void
another_version_is_not_known(void **state)
{
    static const char *const texts[] = { "tiffd-upgrade 2\nend\n", "tiffd-upgrade 1", "",
                                         "\n" };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *copy = strdup(texts[i]);
        char *at = copy;

        assert_false(upgrade_text_known(&at));
        free(copy);
    }
}

static void
nonsense_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "end",
        "end now\n",
        "pid\n",
        "pid x\n",
        "generation\n",
        "listen\n",
        "listen server configured 3\n",
        "listen server configured 3 \n",
        "listen server configured x name\n",
        "listen other configured 3 name\n",
        "listen server bound 3 name\n",
        "listen serverserverserver configured 3 name\n",
        "drains 3\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *copy = strdup(texts[i]);
        char *at = copy;
        struct upgrade_line line;

        assert_false(upgrade_text_next(&at, &line));
        free(copy);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_later_version_may_add_lines),
        cmocka_unit_test(another_version_is_not_known),
        cmocka_unit_test(nonsense_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
