/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64: the vectors of RFC 4648 section 10, and every length up to some hundred bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <nettle/base64.h>

#include "base/count.h"
#include "object/base64.h"

static void
the_vectors_of_the_rfc(void **state)
{
    static const struct {
        const char *in;
        const char *out;
    } rows[] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char out[16] = { 0 };
        size_t length = strlen(rows[i].in);

        assert_int_equal(base64_length(length), strlen(rows[i].out));
        assert_int_equal(base64_encode(out, (const unsigned char *)rows[i].in, length),
                         strlen(rows[i].out));
        assert_string_equal(out, rows[i].out);
    }
}

/* Another implementation decodes what was encoded, at every length and alignment; nothing is
 * written behind the end; and with vectors or without, the text is the same. */
static void
it_decodes_to_what_went_in(void **state)
{
    enum { SIZE = 700 };
    unsigned char in[SIZE + 8];
    char other[(SIZE + 2) / 3 * 4];

    (void)state;
    for (size_t i = 0; i < sizeof(in); i++)
        in[i] = (unsigned char)(i * 167 + i / 256 * 41);
    for (size_t size = 0; size <= SIZE; size++) {
        size_t length = (size_t)base64_length(size);
        char *out = malloc(length + 1);
        struct base64_decode_ctx context;
        uint8_t back[BASE64_DECODE_LENGTH(SIZE * 2)];
        size_t back_length = sizeof(back);
        const unsigned char *from = in + size % 8;

        out[length] = '!';
        assert_int_equal(base64_encode(out, from, size), length);
        assert_int_equal(out[length], '!');
        base64_decode_init(&context);
        assert_true(base64_decode_update(&context, &back_length, back, length, out));
        assert_true(base64_decode_final(&context));
        assert_int_equal(back_length, size);
        assert_memory_equal(back, from, size);
        assert_int_equal(base64_encode_portable(other, from, size), length);
        assert_memory_equal(other, out, length);
        free(out);
    }
}

static void
lengths_beyond_four_gigabytes(void **state)
{
    (void)state;
    assert_true(base64_length(UINT64_C(1) << 33) == ((UINT64_C(1) << 33) + 2) / 3 * 4);
    assert_true(base64_length(3) == 4);
    assert_true(base64_length(4) == 8);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_rfc),
        cmocka_unit_test(it_decodes_to_what_went_in),
        cmocka_unit_test(lengths_beyond_four_gigabytes),
    };

    return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
