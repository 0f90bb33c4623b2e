/* SPDX-License-Identifier: BSD-2-Clause */
/* Compressing piece by piece: the pieces do not matter, and what does not fit is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include <errno.h>

#include "object/compress.h"

#define SIZE 100000

static unsigned char input[SIZE];
static unsigned char whole[SIZE];
static unsigned char pieces[SIZE];

static int
fill(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        input[i] = (unsigned char)(i % 251 + i / 1000);
    return 0;
}

/* The length of the result; 0: it does not fit. */
static uint64_t
run(enum coding coding, size_t piece, unsigned char *target, uint64_t capacity)
{
    const struct coding_item item = { coding, coding_info(coding)->level };
    struct compress compress;
    uint64_t length;
    int error = compress_begin(&compress, &item, SIZE, target, capacity);

    assert_int_equal(error, 0);
    for (size_t at = 0; error == 0 && at < SIZE; at += piece) {
        const size_t count = SIZE - at < piece ? SIZE - at : piece;

        error = compress_add(&compress, input + at, count, at + count == SIZE);
    }
    length = compress.length;
    compress_end(&compress);
    assert_true(error == 0 || error == -ENOSPC);
    assert_true(length <= capacity);
    return error == 0 ? length : 0;
}

static void
every_coding(void **state)
{
    (void)state;
    for (enum coding i = CODING_BR; i < CODING_COUNT; i++) {
        uint64_t length;

        if (!coding_info(i)->built_in)
            continue;
        length = run(i, SIZE, whole, SIZE);
        assert_in_range(length, 1, SIZE / 10);
        assert_int_equal(run(i, SIZE, pieces, length), length);
        assert_memory_equal(whole, pieces, length);
        assert_int_equal(run(i, SIZE, pieces, length - 1), 0);
        assert_int_equal(run(i, SIZE, pieces, 0), 0);
        assert_int_not_equal(run(i, 777, pieces, SIZE), 0);
    }
}

static void
gzip_is_read_back(void **state)
{
    z_stream stream = { .next_in = whole, .next_out = pieces, .avail_out = SIZE };

    (void)state;
    stream.avail_in = (uInt)run(CODING_GZIP, 5000, whole, SIZE);
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.total_out, SIZE);
    assert_memory_equal(pieces, input, SIZE);
    inflateEnd(&stream);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_coding),
        cmocka_unit_test(gzip_is_read_back),
    };

    return cmocka_run_group_tests_name("compress", tests, fill, NULL);
}
