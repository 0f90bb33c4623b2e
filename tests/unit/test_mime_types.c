/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of media types in both forms, and what is wrong in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/count.h"
#include "object/mime_types.h"
#include "scratch.h"

#define UNKNOWN "application/octet-stream"

static const char list[] = "# a comment\n"
                           "\n"
                           "text/x-first\t\tone  ONE.Two\n"
                           "text/x-second one last\n"
                           "text/xml xml\n"
                           "image/own tif\n"
                           "no type\n"
                           "a/b/c odd\n"
                           "/x odd\n"
                           "text/(x) odd\n"
                           "application/none";

static const char globs[] = "# written by a program\n"
                            "80:text/html:*.html\n"
                            "50:application/x-tar:*.tar\n"
                            "50:application/x-compressed-tar:*.tar.gz\n"
                            "50:text/x-c++src:*.C:cs\n"
                            "50:text/x-makefile:makefile\n"
                            "50:application/x-sharedlib:*.so.[0-9]*\n"
                            "40:text/other:*.html\n"
                            "garbage\n"
                            "50\n"
                            "50:\n"
                            "50:a/b:*.\n";

struct row {
    const char *file;
    const char *type;
};

static void
check(const char *content, const char *charset, const struct row *rows, size_t count)
{
    const char *file =
        content ? scratch_write("types", content, strlen(content)) : "/nonexistent";
    struct mime_types *types = mime_types_load(file, charset);

    assert_non_null(types);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(mime_types_find(types, rows[i].file), rows[i].type);
    mime_types_free(types);
}

static void
reads_mime_types(void **state)
{
    static const struct row rows[] = {
        { "a.one", "text/x-first; charset=utf-8" },
        { "/d.x/a.one.TWO", "text/x-first; charset=utf-8" },
        { "a.last", "text/x-second; charset=utf-8" },
        { "a.xml", "text/xml" },
        { "a.tif", "image/own" },
        { "a.odd", UNKNOWN },
        { "a.type", UNKNOWN },
        { "a.tiff", "image/tiff" },
        { "a", UNKNOWN },
        { "one", UNKNOWN },
        { "/a.tif/b", UNKNOWN },
        { "a.", UNKNOWN },
        { "a.tif.b64", "text/plain; charset=utf-8" },
    };

    (void)state;
    check(list, "utf-8", rows, COUNT(rows));
}

static void
reads_globs(void **state)
{
    static const struct row rows[] = {
        { "a.html", "text/html" },
        { "a.tar", "application/x-tar" },
        { "a.1.tar.gz", "application/x-compressed-tar" },
        { "a.gz", "application/gzip" },
        { "a.c", UNKNOWN },
        { "makefile", UNKNOWN },
        { "a.so.1", UNKNOWN },
        { "a.txt", "text/plain" },
        { "a.GeoJSON", "application/geo+json" },
    };

    (void)state;
    check(globs, NULL, rows, COUNT(rows));
}

static void
knows_types_without_a_list(void **state)
{
    static const struct row rows[] = {
        { "a.TIFF", "image/tiff" },
        { "a.css", "text/css; charset=latin1" },
        { "a.glb", "model/gltf-binary" },
        { "a.parquet", "application/vnd.apache.parquet" },
        { "a.0123456789012345678901234567890123456789", UNKNOWN },
    };

    (void)state;
    check(NULL, "latin1", rows, COUNT(rows));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_mime_types),
        cmocka_unit_test(reads_globs),
        cmocka_unit_test(knows_types_without_a_list),
    };

    return cmocka_run_group_tests_name("mime_types", tests, NULL, NULL);
}
