/* SPDX-License-Identifier: BSD-2-Clause */
/* Proxy_protocol: what is a header, in how many pieces it comes, and whom it names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/count.h"
#include "base/span.h"
#include "http/proxy_protocol.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define IPV4      "\xc0\0\2\1\xc6\x33\x64\2\x12\x67\0\x50" /* 192.0.2.1:4711, 198.51.100.2:80 */
#define IPV6                                                                                   \
    "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\2\x12\x67\0\x50"
#define BYTES(literal)                                                                         \
    {                                                                                          \
        (literal), sizeof(literal) - 1                                                         \
    }

static const struct {
    struct span header;
    const char *client;
    unsigned port;
} good[] = {
    { BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 4711 80\r\n"), "192.0.2.1", 4711 },
    { BYTES("PROXY TCP6 2001:db8::1 2001:db8::2 65535 0\r\n"), "2001:db8::1", 65535 },
    { BYTES("PROXY UNKNOWN\r\n"), "-", 0 },
    { BYTES("PROXY UNKNOWN what ever 1\r\n"), "-", 0 },
    { BYTES(SIGNATURE "\x21\x11\0\x0c" IPV4), "192.0.2.1", 4711 },
    { BYTES(SIGNATURE "\x21\x11\0\x10" IPV4 "\4\0\1x"), "192.0.2.1", 4711 },
    { BYTES(SIGNATURE "\x21\x21\0\x24" IPV6), "2001:db8::1", 4711 },
    { BYTES(SIGNATURE "\x20\x00\0\0"), "-", 0 },
    { BYTES(SIGNATURE "\x20\x11\0\x0c" IPV4), "-", 0 },
    { BYTES(SIGNATURE "\x21\x00\0\0"), "-", 0 },
};

static const struct span bad[] = {
    BYTES("GET / HTTP/1.1\r\n"),
    BYTES("PRI"),
    BYTES("\r\n\r\nG"),
    BYTES("PROXY\r\n"),
    BYTES("PROXY \r\n"),
    BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 4711 80\n"),
    BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 4711\r\n"),
    BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 4711 80 1\r\n"),
    BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 04711 80\r\n"),
    BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 65536 80\r\n"),
    BYTES("PROXY TCP4  192.0.2.1 198.51.100.2 1 80\r\n"),
    BYTES("PROXY TCP4 2001:db8::1 2001:db8::2 1 80\r\n"),
    BYTES("PROXY TCP6 192.0.2.1 198.51.100.2 1 80\r\n"),
    BYTES("PROXY TCP5 192.0.2.1 198.51.100.2 1 80\r\n"),
    BYTES("PROXY TCP4 host 198.51.100.2 1 80\r\n"),
    BYTES(SIGNATURE "\x11"),
    BYTES(SIGNATURE "\x22"),
    BYTES(SIGNATURE "\x21\x11\0\x0b\xc0\0\2\1\xc6\x33\x64\2\x12\x67\0"),
    BYTES(SIGNATURE "\x21\x12\0\x0c" IPV4),
    BYTES(SIGNATURE "\x21\x31\0\0"),
    BYTES(SIGNATURE "\x21\x11\3\xf1"),
};

static void
headers_name_their_client(void **state)
{
    char text[ADDRESS_TEXT_SIZE];
    struct address client;
    size_t consumed;

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        char all[512];

        memcpy(all, good[i].header.at, good[i].header.length);
        memcpy(all + good[i].header.length, "GET", 3);
        assert_int_equal(proxy_protocol_read(all, good[i].header.length + 3, &consumed,
                                             &client),
                         PROXY_PROTOCOL_DONE);
        assert_int_equal(consumed, good[i].header.length);
        address_text(&client, text);
        assert_string_equal(text, good[i].client);
        assert_int_equal(client.port, good[i].port);
    }
}

static void
a_part_of_one_may_become_one(void **state)
{
    struct address client;
    size_t consumed;

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        for (size_t length = 0; length < good[i].header.length; length++)
            assert_int_equal(proxy_protocol_read(good[i].header.at, length, &consumed, &client),
                             PROXY_PROTOCOL_MORE);
}

static void
all_else_is_refused(void **state)
{
    struct address client;
    size_t consumed;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(proxy_protocol_read(bad[i].at, bad[i].length, &consumed, &client),
                         PROXY_PROTOCOL_BAD);
}

static void
long_ones_are_refused(void **state)
{
    char line[128] = "PROXY UNKNOWN ";
    struct address client;
    size_t consumed;

    (void)state;
    memset(line + 14, 'x', sizeof(line) - 14);
    assert_int_equal(proxy_protocol_read(line, 106, &consumed, &client), PROXY_PROTOCOL_MORE);
    assert_int_equal(proxy_protocol_read(line, 107, &consumed, &client), PROXY_PROTOCOL_BAD);
    memcpy(line + 105, "\r\n", 2);
    assert_int_equal(proxy_protocol_read(line, 107, &consumed, &client), PROXY_PROTOCOL_DONE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_name_their_client),
        cmocka_unit_test(a_part_of_one_may_become_one),
        cmocka_unit_test(all_else_is_refused),
        cmocka_unit_test(long_ones_are_refused),
    };

    return cmocka_run_group_tests_name("proxy_protocol", tests, NULL, NULL);
}
