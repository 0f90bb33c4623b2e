/* SPDX-License-Identifier: BSD-2-Clause */
/* Catalogue: look-up, what every head says of an object, taking over, and failing whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <utime.h>

#include <cmocka.h>

#include "base/sink.h"
#include "loaded.h"
#include "object/catalogue.h"
#include "object/embed.h"
#include "scratch.h"

static char file[512];

static int
make_file(void **state)
{
    (void)state;
    snprintf(file, sizeof(file), "%s", scratch_write("object.tif", "hello world", 11));
    return 0;
}

static struct config_asset
asset(const char *path, enum variant variant)
{
    return (struct config_asset){ .path = (char *)(uintptr_t)path,
                                  .file = file,
                                  .file_origin = { "test.ini", 1 },
                                  .variant = variant };
}

static void
paths_are_found_and_nothing_else(void **state)
{
    struct config_asset assets[] = {
        asset("/tiff", VARIANT_CACHED), asset("/a", VARIANT_STREAMING),
        asset("/tifg", VARIANT_CACHED), asset("/much/longer/path", VARIANT_CACHED),
        asset("/b", VARIANT_STREAMING),
    };
    const struct config config = { .assets = assets, .asset_count = 5 };
    struct catalogue *catalogue = loaded_catalogue(&config, NULL);

    (void)state;
    assert_non_null(catalogue);
    for (size_t i = 0; i < 5; i++) {
        const struct object *object = catalogue_find(catalogue, span_of(assets[i].path));

        assert_non_null(object);
        assert_ptr_equal(object->asset, &assets[i]);
        assert_ptr_equal(object, &catalogue->objects[i]);
    }
    assert_null(catalogue_find(catalogue, SPAN("/tif")));
    assert_null(catalogue_find(catalogue, SPAN("/tiff/")));
    assert_null(catalogue_find(catalogue, SPAN("/tiff\0")));
    assert_null(catalogue_find(catalogue, SPAN("")));
    catalogue_close(catalogue);
}

static void
heads_are_prepared(void **state)
{
    struct config_asset one = asset("/tiff", VARIANT_STREAMING);
    const struct config config = { .assets = &one, .asset_count = 1 };
    struct catalogue *catalogue = loaded_catalogue(&config, NULL);
    struct object_description description;
    const struct representation *representation = &description.representation;

    (void)state;
    object_describe(&catalogue->objects[0], &description);
    /* The first half of: printf 'hello world' | sha256sum */
    assert_true(span_equal(representation->etag, SPAN("\"b94d27b9934d3e08a52e52d7da7dabfa\"")));
    assert_true(span_equal(representation->content_type, SPAN("image/tiff")));
    assert_non_null(strstr(representation->fields.at, "Accept-Ranges: bytes\r\n"));
    assert_true(catalogue->head_max > representation->fields.length);
    catalogue_close(catalogue);
}

static void
a_date_in_the_future_is_not_promised(void **state)
{
    const struct utimbuf future = { .actime = 4000000000, .modtime = 4000000000 };
    struct config_asset one = asset("/tiff", VARIANT_STREAMING);
    const struct config config = { .assets = &one, .asset_count = 1 };
    struct catalogue *catalogue;

    (void)state;
    assert_int_equal(utime(file, &future), 0);
    catalogue = loaded_catalogue(&config, NULL);
    assert_true(catalogue->objects[0].last_modified <= time(NULL));
    catalogue_close(catalogue);
    assert_int_equal(utime(file, NULL), 0);
}

/* The streamed object comes first in the catalogue, and has a digest, but no memory to share.
 */
static void
memory_is_taken_over_beside_a_streamed_object(void **state)
{
    struct config_asset assets[] = { asset("/a", VARIANT_STREAMING),
                                     asset("/b", VARIANT_CACHED) };
    const struct config config = { .assets = assets, .asset_count = 2 };
    struct catalogue *before = loaded_catalogue(&config, NULL);
    struct catalogue *after = loaded_catalogue(&config, before);
    struct stat a;
    struct stat b;

    (void)state;
    assert_int_equal(fstat(catalogue_find(before, SPAN("/b"))->memory.fd, &a), 0);
    assert_int_equal(fstat(catalogue_find(after, SPAN("/b"))->memory.fd, &b), 0);
    assert_int_equal(a.st_ino, b.st_ino);
    catalogue_close(before);
    catalogue_close(after);
}

static void
one_object_that_fails_fails_all(void **state)
{
    struct config_asset assets[] = { asset("/a", VARIANT_CACHED), asset("/b", VARIANT_CACHED) };
    const struct config config = { .assets = assets, .asset_count = 2 };

    (void)state;
    assets[1].file = (char *)(uintptr_t) "/nonexistent/file";
    log_set_level(LOG_LEVEL_ERROR);
    assert_int_equal(sink_open("/dev/null"), 0);
    assert_null(loaded_catalogue(&config, NULL));
    assert_int_equal(sink_open(NULL), 0);
}

static void
embedded_files_are_found_by_base_name(void **state)
{
    char path[600];
    struct config_asset one = asset("/e", VARIANT_EMBEDDED);
    const struct config config = { .assets = &one, .asset_count = 1 };
    struct report report = { 0 };
    struct catalogue *catalogue;

    (void)state;
    assert_true(embed_count > 0);
    snprintf(path, sizeof(path), "/some/where/%s", embed_table[0].name);
    one.file = path;
    catalogue_check(&one, &report);
    assert_int_equal(report.count, 0);
    catalogue = loaded_catalogue(&config, NULL);
    assert_non_null(catalogue);
    assert_int_equal(catalogue->objects[0].length, embed_table[0].size);
    assert_ptr_equal(catalogue->objects[0].ops->map(&catalogue->objects[0]),
                     embed_table[0].bytes);
    catalogue_close(catalogue);
}

static void
what_is_not_embedded_is_reported(void **state)
{
    struct config_asset one = asset("/e", VARIANT_EMBEDDED);
    struct report report = { 0 };

    (void)state;
    catalogue_check(&one, &report);
    assert_int_equal(report.count, 1);
    assert_non_null(strstr(report.text, "test.ini:1: [asset /e] file: "));
    assert_non_null(strstr(report.text, embed_table[0].name));
    report_free(&report);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_found_and_nothing_else),
        cmocka_unit_test(heads_are_prepared),
        cmocka_unit_test(a_date_in_the_future_is_not_promised),
        cmocka_unit_test(memory_is_taken_over_beside_a_streamed_object),
        cmocka_unit_test(one_object_that_fails_fails_all),
        cmocka_unit_test(embedded_files_are_found_by_base_name),
        cmocka_unit_test(what_is_not_embedded_is_reported),
    };

    return cmocka_run_group_tests_name("catalogue", tests, make_file, NULL);
}
