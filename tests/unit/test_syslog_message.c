/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to syslogd: both forms, and lines that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/count.h"
#include "format/syslog_message.h"

#define LINE "2026-01-31T23:30:00.123Z warning worker 3[4711]: a text: [1]"

static const struct syslog_message_style bsd = { .facility = 3, .tag = "tiffd" };
static const struct syslog_message_style modern = {
    .format = SYSLOG_RFC5424, .facility = 16, .tag = "maps", .host = "origin-1.example.org"
};

static char message[SYSLOG_MESSAGE_MAX];

static const char *
written(const struct syslog_message_style *style, const char *line)
{
    const size_t length = syslog_message_write(message, style, span_of(line));

    assert_int_equal(length, strlen(message));
    return message;
}

static int
be_in_berlin(void **state)
{
    (void)state;
    setenv("TZ", "CET-1", 1);
    tzset();
    return 0;
}

static void
rfc3164_has_the_local_time(void **state)
{
    (void)state;
    assert_string_equal(written(&bsd, LINE),
                        "<28>Feb  1 00:30:00 tiffd[4711]: worker 3: a text: [1]");
}

static void
rfc5424_has_the_time_of_the_line_and_the_host(void **state)
{
    struct syslog_message_style unknown = modern;

    (void)state;
    assert_string_equal(written(&modern, LINE),
                        "<132>1 2026-01-31T23:30:00.123Z origin-1.example.org maps 4711 - - "
                        "worker 3: a text: [1]");
    unknown.host[0] = '\0';
    assert_non_null(strstr(written(&unknown, LINE), "Z - maps 4711 - - worker 3: "));
}

static void
levels_are_severities(void **state)
{
    static const struct {
        const char *level;
        const char *priority;
    } rows[] = { { "error", "<27>" },
                 { "warning", "<28>" },
                 { "notice", "<29>" },
                 { "info", "<30>" },
                 { "debug", "<31>" } };
    char line[128];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(line, sizeof(line), "2026-01-31T23:30:00.123Z %s master[1]: x", rows[i].level);
        assert_memory_equal(written(&bsd, line), rows[i].priority, 4);
    }
}

/* Workers may write anything into the pipe of the log. */
static void
what_is_no_line_is_text(void **state)
{
    static const char *const rows[] = {
        "",
        " ",
        "x",
        "<0>forged",
        "2026-01-31T23:30:00.123Z",
        "2026-01-31T23:30:00.123Z fatal worker 3[4711]: x",
        "2026-01-31T23:30:00.123Z notice worker 3: x",
        "2026-01-31T23:30:00.123Z notice worker 3[4711] x",
        "2026-01-31T23:30:00.123Z notice worker 3[4711]:",
        "2026-01-31T23:30:00.123Z notice worker 3[47 1]: x",
        "2026-01-31T23:30:00.123Z notice worker 3[]: x",
        "2026-01-31T23:30:00.123Z notice worker 3[12345678901]: x",
        "2026-01-31T23:30:00.123Z notice [4711]: x",
        "2026-01-31 23:30:00.123Z notice worker 3[4711]: x",
        "2026-01-31T23:30:00.12Z notice worker 3[4711]: x",
        "x026-01-31T23:30:00.123Z notice worker 3[4711]: x",
    };
    char end[128];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(end, sizeof(end), " tiffd[%d]: unknown: %s", (int)getpid(), rows[i]);
        assert_memory_equal(written(&bsd, rows[i]), "<29>", 4);
        assert_string_equal(message + strlen(message) - strlen(end), end);
    }
}

static void
months_that_do_not_exist_do_no_harm(void **state)
{
    (void)state;
    written(&bsd, "9999-99-99T99:99:99.999Z notice worker 3[4711]: x");
    assert_non_null(strstr(message, "tiffd[4711]: worker 3: x"));
}

static void
a_message_has_its_limit(void **state)
{
    static char line[2 * SYSLOG_MESSAGE_MAX];

    (void)state;
    memset(line, 'x', sizeof(line));
    assert_true(syslog_message_write(message, &modern, (struct span){ line, sizeof(line) }) <
                SYSLOG_MESSAGE_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc3164_has_the_local_time),
        cmocka_unit_test(rfc5424_has_the_time_of_the_line_and_the_host),
        cmocka_unit_test(levels_are_severities),
        cmocka_unit_test(what_is_no_line_is_text),
        cmocka_unit_test(months_that_do_not_exist_do_no_harm),
        cmocka_unit_test(a_message_has_its_limit),
    };

    return cmocka_run_group_tests(tests, be_in_berlin, NULL);
}
