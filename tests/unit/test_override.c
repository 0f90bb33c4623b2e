/* SPDX-License-Identifier: BSD-2-Clause */
/* Overrides are taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "config/override.h"

static const struct {
    const char *text;
    const char *section; /* NULL: refused */
    const char *key;
    const char *value;
} rows[] = {
    { "server.workers=3", "server", "workers", "3" },
    { " server . workers = 3 ", "server", "workers", "3" },
    { "asset /tiff.variant=cached", "asset /tiff", "variant", "cached" },
    { "asset /a.tif.file=x.y=z", "asset /a.tif", "file", "x.y=z" },
    { "log.file=", "log", "file", "" },
    { "server.workers", NULL, NULL, NULL },
    { "workers=3", NULL, NULL, NULL },
    { "workers=3.5", NULL, NULL, NULL },
    { ".workers=3", NULL, NULL, NULL },
    { "server.=3", NULL, NULL, NULL },
    { "=", NULL, NULL, NULL },
    { "", NULL, NULL, NULL },
};

static void
splits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct override override;
        bool ok = override_split(rows[i].text, &override);

        assert_int_equal(ok, rows[i].section != NULL);
        if (!ok)
            continue;
        assert_true(span_equal(override.section, span_of(rows[i].section)));
        assert_true(span_equal(override.key, span_of(rows[i].key)));
        assert_true(span_equal(override.value, span_of(rows[i].value)));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits),
    };

    return cmocka_run_group_tests_name("override", tests, NULL, NULL);
}
