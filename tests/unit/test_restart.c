/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys that a reload can't change are named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "config/restart.h"
#include "config_text.h"

#define ASSET "[asset /a]\nfile=/x\n"

static const struct {
    const char *running;
    const char *next;
    const char *names;
    size_t count;
} rows[] = {
    { "", "", "", 0 },
    { "workers=3\n", "workers=4\nvariant=streaming\nmax_header_size=2k\nbacklog=3\n", "", 0 },
    { "listen=*:1,*:2\n", "listen=*:1\n", "", 0 },
    { "pid_file=\n", "", "", 0 },
    { "pid_file=/a\n", "pid_file=/b\n[log]\nfile=/c\n", "server.pid_file log.file", 2 },
    { "pid_file=/a\n", "", "server.pid_file", 1 },
    { "[log]\nfile=/a\n", "[log]\nfile=/b\nlevel=info\n", "log.file", 1 },
};

static void
names_what_differs(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[200];
        char names[64];
        struct loaded running;
        struct loaded next;

        snprintf(text, sizeof(text), ASSET "[server]\n%s", rows[i].running);
        running = config_text(text);
        snprintf(text, sizeof(text), ASSET "[server]\n%s", rows[i].next);
        next = config_text(text);
        assert_int_equal(restart_needed(running.config, next.config, names, sizeof(names)),
                         rows[i].count);
        assert_string_equal(names, rows[i].names);
        config_text_free(&running);
        config_text_free(&next);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_what_differs),
    };

    return cmocka_run_group_tests_name("restart", tests, NULL, NULL);
}
