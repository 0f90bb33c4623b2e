/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file variants behind their interface: same bytes, same digest; what happens when the file
 * changes; what is taken over from the generation before.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/count.h"
#include "loaded.h"
#include "object/base64.h"
#include "object/object.h"
#include "scratch.h"

enum { SIZE = 500000 }; /* more than one chunk, no multiple of 3 */

static unsigned char content[SIZE];
static char encoded[(SIZE + 2) / 3 * 4];

static int
make_content(void **state)
{
    uint32_t x = 1;

    (void)state;
    for (size_t i = 0; i < SIZE; i++) {
        x = x * 1664525 + 1013904223;
        content[i] = (unsigned char)(x >> 24);
    }
    base64_encode(encoded, content, SIZE);
    return 0;
}

static struct config_asset
asset_of(const char *path, enum encoding encoding)
{
    static char file[512];

    snprintf(file, sizeof(file), "%s", path);
    return (struct config_asset){ .path = (char *)(uintptr_t) "/a",
                                  .file = file,
                                  .file_origin = { "test.ini", 7 },
                                  .encoding = encoding };
}

static struct object
object_of(const struct object_ops *ops, const struct config_asset *asset)
{
    return (struct object){ .ops = ops, .asset = asset, .source.fd = -1, .memory.fd = -1 };
}

/* Reads a range through whichever way the variant offers. */
static void
fetch(const struct object *object, char *out, uint64_t first, size_t length)
{
    if (object->ops->map) {
        memcpy(out, object->ops->map(object) + first, length);
        return;
    }
    while (length > 0) {
        ssize_t n = object->ops->read(object, out, length, first, true);

        assert_true(n > 0 && (size_t)n <= length);
        out += n;
        first += (uint64_t)n;
        length -= (size_t)n;
    }
}

static void
every_variant_gives_the_same_bytes(void **state)
{
    static const struct object_ops *const variants[] = { &object_cached, &object_streaming };
    static const enum encoding encodings[] = { ENCODING_IDENTITY, ENCODING_BASE64 };
    const char *path = scratch_write("same", content, SIZE);
    char *out = test_malloc(sizeof(encoded));

    (void)state;
    for (size_t e = 0; e < 2; e++) {
        const char *expected = encodings[e] == ENCODING_BASE64 ? encoded : (char *)content;
        size_t length = encodings[e] == ENCODING_BASE64 ? sizeof(encoded) : SIZE;
        struct config_asset asset = asset_of(path, encodings[e]);
        unsigned char digest[2][OBJECT_DIGEST_SIZE];

        for (size_t v = 0; v < 2; v++) {
            struct object object = object_of(variants[v], &asset);

            assert_int_equal(loaded_object(&object, NULL), 0);
            assert_int_equal(object.length, length);
            fetch(&object, out, 0, length);
            assert_memory_equal(out, expected, length);
            for (size_t i = 0; i < 300; i++) {
                size_t first = (i * 7919 + i) % length;
                size_t size = (i * 104729) % (length - first) + 1;

                fetch(&object, out, first, size);
                assert_memory_equal(out, expected + first, size);
            }
            for (size_t back = 1; back < 12; back++) {
                fetch(&object, out, length - back, back);
                assert_memory_equal(out, expected + length - back, back);
            }
            memcpy(digest[v], object.digest, OBJECT_DIGEST_SIZE);
            object.ops->close(&object);
        }
        assert_memory_equal(digest[0], digest[1], OBJECT_DIGEST_SIZE);
    }
    test_free(out);
}

static void
cached_memory_is_sealed(void **state)
{
    struct config_asset asset =
        asset_of(scratch_write("sealed", content, SIZE), ENCODING_IDENTITY);
    struct object object = object_of(&object_cached, &asset);

    (void)state;
    assert_int_equal(loaded_object(&object, NULL), 0);
    assert_int_equal(fcntl(object.memory.fd, F_GET_SEALS),
                     F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    assert_int_equal(ftruncate(object.memory.fd, 0), -1);
    assert_ptr_equal(mmap(NULL, SIZE, PROT_WRITE, MAP_SHARED, object.memory.fd, 0), MAP_FAILED);
    object_cached.close(&object);
}

static void
an_unchanged_file_is_taken_over(void **state)
{
    struct config_asset asset =
        asset_of(scratch_write("again", content, SIZE), ENCODING_BASE64);
    struct object first = object_of(&object_cached, &asset);
    struct object second = object_of(&object_cached, &asset);
    struct object third = object_of(&object_streaming, &asset);
    struct stat a;
    struct stat b;

    (void)state;
    assert_int_equal(loaded_object(&first, NULL), 0);
    memset(first.digest, 0x5a, sizeof(first.digest)); /* shows that it was not computed anew */
    assert_int_equal(loaded_object(&second, &first), 0);
    assert_int_equal(loaded_object(&third, &first), 0);
    assert_memory_equal(first.digest, second.digest, OBJECT_DIGEST_SIZE);
    assert_memory_equal(first.digest, third.digest, OBJECT_DIGEST_SIZE);
    fstat(first.memory.fd, &a);
    fstat(second.memory.fd, &b);
    assert_int_equal(a.st_ino, b.st_ino);
    first.ops->close(&first);
    assert_memory_equal(second.ops->map(&second), encoded, sizeof(encoded));
    second.ops->close(&second);
    third.ops->close(&third);
}

static void
a_changed_file_is_read_again(void **state)
{
    const char *path = scratch_write("changed", content, SIZE);
    struct config_asset asset = asset_of(path, ENCODING_IDENTITY);
    struct object first = object_of(&object_cached, &asset);
    struct object second = object_of(&object_cached, &asset);

    (void)state;
    assert_int_equal(loaded_object(&first, NULL), 0);
    assert_int_equal(truncate(asset.file, 1000), 0);
    assert_int_equal(loaded_object(&second, &first), 0);
    assert_int_equal(second.length, 1000);
    assert_memory_not_equal(first.digest, second.digest, OBJECT_DIGEST_SIZE);
    assert_memory_equal(first.ops->map(&first), content, SIZE);
    first.ops->close(&first);
    second.ops->close(&second);
}

static void
streaming_never_gives_bytes_of_a_changed_file(void **state)
{
    struct config_asset asset =
        asset_of(scratch_write("stream", content, SIZE), ENCODING_IDENTITY);
    struct object object = object_of(&object_streaming, &asset);
    char out[64];

    (void)state;
    assert_int_equal(loaded_object(&object, NULL), 0);
    assert_int_equal(object.ops->verify(&object), 0);
    assert_int_equal(truncate(asset.file, 100), 0);
    assert_int_equal(object.ops->verify(&object), -ESTALE);
    assert_int_equal(object.ops->read(&object, out, sizeof(out), 0, false), -ESTALE);
    assert_int_equal(object.ops->read(&object, out, sizeof(out), 4000, true), -ESTALE);
    object.ops->close(&object);
}

static void
a_file_replaced_by_rename_stays_what_it_was(void **state)
{
    char other[512];
    struct config_asset asset =
        asset_of(scratch_write("old", content, SIZE), ENCODING_IDENTITY);
    struct object object = object_of(&object_streaming, &asset);
    char out[64];

    (void)state;
    assert_int_equal(loaded_object(&object, NULL), 0);
    snprintf(other, sizeof(other), "%s", scratch_write("new", "other", 5));
    assert_int_equal(rename(other, asset.file), 0);
    assert_int_equal(object.ops->verify(&object), 0);
    assert_int_equal(object.ops->read(&object, out, sizeof(out), 4000, true), sizeof(out));
    assert_memory_equal(out, content + 4000, sizeof(out));
    object.ops->close(&object);
}

static void
what_cannot_be_served_is_reported(void **state)
{
    static const struct {
        const char *file;
        const char *words;
    } rows[] = {
        { "/nonexistent/file",
          "test.ini:7: [asset /a] file: \"/nonexistent/file\": No such file" },
        { "/", "is a directory" },
        { "/dev/null", "is not a regular file" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config_asset asset = asset_of(rows[i].file, ENCODING_IDENTITY);
        struct report report = { 0 };

        object_streaming.check(&asset, &report);
        assert_int_equal(report.count, 1);
        assert_non_null(strstr(report.text, rows[i].words));
        report_free(&report);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_variant_gives_the_same_bytes),
        cmocka_unit_test(cached_memory_is_sealed),
        cmocka_unit_test(an_unchanged_file_is_taken_over),
        cmocka_unit_test(a_changed_file_is_read_again),
        cmocka_unit_test(streaming_never_gives_bytes_of_a_changed_file),
        cmocka_unit_test(a_file_replaced_by_rename_stays_what_it_was),
        cmocka_unit_test(what_cannot_be_served_is_reported),
    };

    return cmocka_run_group_tests_name("object", tests, make_content, NULL);
}
