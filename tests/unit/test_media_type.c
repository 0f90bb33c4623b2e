/* SPDX-License-Identifier: BSD-2-Clause */
/* Media types by suffix. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "object/media_type.h"

static void
the_suffix_decides(void **state)
{
    static const struct {
        const char *file;
        const char *type;
    } rows[] = {
        { "a.tif", "image/tiff" },
        { "/x/y/A.TIFF", "image/tiff" },
        { "a.tif.b64", "text/plain; charset=us-ascii" },
        { "a.tar.gz", "application/gzip" },
        { "a", "application/octet-stream" },
        { "/a.tif/b", "application/octet-stream" },
        { "a.", "application/octet-stream" },
        { ".png", "image/png" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(media_type_of(rows[i].file), rows[i].type);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_suffix_decides) };

    return cmocka_run_group_tests_name("media_type", tests, NULL, NULL);
}
