/* SPDX-License-Identifier: BSD-2-Clause */
/* Postmortem: more deaths at once than are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/sink.h"
#include "master/postmortem.h"
#include "observed.h"
#include "scratch.h"

static void
no_place_is_said(void **state)
{
    struct observed observed;
    struct instruments instruments = { 0 };
    struct postmortem postmortem = { .count = POSTMORTEM_MAX };
    const char *path = scratch_path("log");
    char text[512] = "";
    FILE *log;

    (void)state;
    observed_create(&observed, 1);
    instruments.tables = observed.tables;
    instruments.shared = &observed.shared;
    for (unsigned i = 0; i < POSTMORTEM_MAX; i++)
        postmortem.children[i].pid = 1;
    assert_int_equal(sink_open(path), 0);
    log = fopen(path, "re");
    assert_non_null(log);
    postmortem_begin(&postmortem, &instruments, 0, 12345, "worker 0");
    assert_true(fread(text, 1, sizeof(text) - 1, log) > 0);
    assert_non_null(strstr(text, "worker 0: too many crashes at once"));
    fclose(log);
    assert_int_equal(postmortem.count, POSTMORTEM_MAX);
    observed_destroy(&observed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_place_is_said),
    };

    return cmocka_run_group_tests_name("postmortem", tests, NULL, NULL);
}
