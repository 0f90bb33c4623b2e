/* SPDX-License-Identifier: BSD-2-Clause */
/* Crash_report: the words for a record; whatever it holds. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "format/crash_report.h"
#include "sandbox/confine.h"

static const struct confinement open_air = { .mode = SANDBOX_MODE_OFF,
                                             .identity.user = (uid_t)-1 };

static void
the_request_is_named(void **state)
{
    const struct label_name items[] = { { "/a", NULL }, { "/tiff", NULL } };
    const struct label_names labels = { items, 2 };
    struct crash_record record = { .signal = SIGSEGV,
                                   .code = SEGV_MAPERR,
                                   .address = 0x10,
                                   .pid = 5,
                                   .tid = 5,
                                   .sp = 0x7ffd00001000,
                                   .label = 2,
                                   .request = { 12, 3 } };
    char line[CRASH_REPORT_LINE];

    (void)state;
    crash_report_describe(&record, "worker 0", &labels, line);
    assert_string_equal(line, "worker 0: SIGSEGV (address not mapped) at 0x10, thread 5, "
                              "connection 12, request 3, for /tiff");
    memset(record.id, 'a', sizeof(record.id)); /* without an end, as a hostile one */
    crash_report_describe(&record, "worker 0", &labels, line);
    assert_string_equal(line,
                        "worker 0: SIGSEGV (address not mapped) at 0x10, thread 5, "
                        "connection 12, request 3, id "
                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, "
                        "for /tiff");
    record.request.number = 0;
    crash_report_describe(&record, "worker 0", &labels, line);
    assert_string_equal(line, "worker 0: SIGSEGV (address not mapped) at 0x10, thread 5, "
                              "connection 12");
    record.request.connection = 0;
    crash_report_describe(&record, "worker 0", &labels, line);
    assert_string_equal(line, "worker 0: SIGSEGV (address not mapped) at 0x10, thread 5, "
                              "for /tiff");
    record.label = 3;
    record.stack = 99;
    record.signal = 1000;
    record.code = 77;
    crash_report_describe(&record, "worker 0", &labels, line);
    assert_string_equal(line, "worker 0: SIG? (code 77) at 0x10, thread 5");
}

#define SP 0x7ffd00001000

static const struct {
    struct crash_record record;
    const char *line;
} lines[] = {
    { { .signal = SIGSEGV, .code = SEGV_ACCERR, .address = SP - 8, .sp = SP },
      "p: SIGSEGV (stack overflow) at 0x7ffd00000ff8, thread 0" },
    { { .signal = SIGSEGV, .code = SEGV_ACCERR, .address = SP + 4096, .sp = SP },
      "p: SIGSEGV (access not permitted) at 0x7ffd00002000, thread 0" },
    { { .signal = SIGABRT, .code = SI_TKILL, .address = 9, .pid = 9, .tid = 10 },
      "p: SIGABRT (raised by itself), thread 10" },
    { { .signal = SIGABRT, .code = SI_USER, .address = 8, .pid = 9, .tid = 9 },
      "p: SIGABRT (sent by process 8), thread 9" },
    { { .signal = SIGBUS, .code = BUS_ADRERR, .address = 0x1000, .sp = SP, .stack = 2 },
      "p: SIGBUS (address beyond the end of the file) at 0x1000, thread 0; the stack is "
      "damaged: what follows is a guess" },
    { { .signal = SIGSEGV, .code = SEGV_MAPERR, .address = 1, .sp = SP, .stack = 3 },
      "p: SIGSEGV (address not mapped) at 0x1, thread 0; the stack is damaged: what follows is "
      "all that can be read" },
};

static void
causes_have_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char line[CRASH_REPORT_LINE];

        crash_report_describe(&lines[i].record, "p", NULL, line);
        assert_string_equal(line, lines[i].line);
    }
}

static void
a_child_tells(void **state)
{
    const struct crash_record record = { .signal = SIGSEGV, .code = 1, .frames.count = 1 };
    int status = 1;

    (void)state;
    assert_int_equal(crash_report_fork(&record, "p", NULL, &open_air), 0);
    assert_true(wait(&status) > 0);
    assert_int_equal(status, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_is_named),
        cmocka_unit_test(causes_have_words),
        cmocka_unit_test(a_child_tells),
    };

    return cmocka_run_group_tests_name("crash_report", tests, NULL, NULL);
}
