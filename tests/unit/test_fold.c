/* SPDX-License-Identifier: BSD-2-Clause */
/* Long values in parts: none begins or ends with what inih would take away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "config/fold.h"

#define X10  "xxxxxxxxxx"
#define X120 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10

static const struct {
    const char *text;
    size_t first;
} texts[] = {
    { "", 0 },
    { "a", 1 },
    { X120 "12345678", 128 },
    { X120 "123456789", 128 },
    { X120 "1234567 9", 126 },
    { X120 "12345678 ", 127 },
    { X120 "1234    9", 123 },
    { X120 "12345678;", 127 },
    { X120 "12345678#", 127 },
    { X120 "1234567;9", 128 },
    { X120 "\t  ;#;# x", 119 },
};

static void
cuts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_int_equal(fold_next(span_of(texts[i].text)), texts[i].first);
        assert_true(fold_fits(span_of(texts[i].text)));
    }
}

static void
knows_what_can_not_be_cut(void **state)
{
    char text[200];

    (void)state;
    for (const char *c = " \t#;"; *c != '\0'; c++) {
        memset(text, *c, sizeof(text));
        text[0] = text[sizeof(text) - 1] = 'x';
        assert_int_equal(fold_next((struct span){ text, sizeof(text) }), 0);
        assert_false(fold_fits((struct span){ text, sizeof(text) }));
        text[60] = text[61] = text[140] = text[141] = 'x';
        assert_true(fold_fits((struct span){ text, sizeof(text) }));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts),
        cmocka_unit_test(knows_what_can_not_be_cut),
    };

    return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
