/* SPDX-License-Identifier: BSD-2-Clause */
/* Listen addresses are read and refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "base/count.h"
#include "config/listen.h"

static const struct {
    const char *text;
    int family;
    const char *host;
    unsigned port;
} good[] = {
    { "127.0.0.1:8080", AF_INET, "127.0.0.1", 8080 },
    { "0.0.0.0:1", AF_INET, "0.0.0.0", 1 },
    { "*:65535", AF_INET, "0.0.0.0", 65535 },
    { "[::1]:80", AF_INET6, "::1", 80 },
    { "[::]:80", AF_INET6, "::", 80 },
    { "[2001:db8::ffff:192.0.2.1]:443", AF_INET6, "2001:db8::ffff:c000:201", 443 },
};

static const struct {
    const char *text;
    const char *reason;
} bad[] = {
    { "", "is empty" },
    { "8080", "has no port" },
    { "127.0.0.1", "has no port" },
    { "[::1]", "has no port" },
    { "127.0.0.1:", "has a bad port" },
    { "127.0.0.1:0", "has a bad port" },
    { "127.0.0.1:65536", "has a bad port" },
    { "127.0.0.1:http", "has a bad port" },
    { "127.0.0.1:80 ", "has a bad port" },
    { ":80", "has no literal IP address (names are not looked up)" },
    { "localhost:80", "has no literal IP address (names are not looked up)" },
    { "127.0.0.256:80", "has no literal IP address (names are not looked up)" },
    { "127.1:80", "has no literal IP address (names are not looked up)" },
    { "::1:80", "has an IPv6 address without brackets" },
    { "[::1:80", "is not [IPV6]:PORT" },
    { "[]:80", "is not [IPV6]:PORT" },
    { "[:80", "is not [IPV6]:PORT" },
    { "[127.0.0.1]:80", "is not [IPV6]:PORT" },
    { "[fe80::1]:80",
      "is a link-local address, which needs a zone (as in [fe80::1%eth0]:PORT)" },
    { "[fe80::1%nowhere]:80", "has a zone that is no interface" },
    { "[fe80::1%]:80", "has a zone that is no interface" },
    { "[::1%lo]:80", "has a zone, which only link-local addresses have" },
    { "[::ffff:127.0.0.1]:80",
      "is an IPv4 address in IPv6 notation (write it as 127.0.0.1:PORT)" },
    { "unix:", "has a relative path" },
    { "unix:tiffd.sock", "has a relative path" },
};

static void
reads_ip(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct listen_address item = { 0 };
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
        char host[INET6_ADDRSTRLEN];

        assert_null(listen_parse(good[i].text, &item));
        assert_int_equal(item.address.ss_family, good[i].family);
        memcpy(&ipv4, &item.address, sizeof(ipv4));
        memcpy(&ipv6, &item.address, sizeof(ipv6));
        if (good[i].family == AF_INET) {
            assert_int_equal(item.length, sizeof(ipv4));
            assert_non_null(inet_ntop(AF_INET, &ipv4.sin_addr, host, sizeof(host)));
            assert_int_equal(ntohs(ipv4.sin_port), good[i].port);
        } else {
            assert_int_equal(item.length, sizeof(ipv6));
            assert_non_null(inet_ntop(AF_INET6, &ipv6.sin6_addr, host, sizeof(host)));
            assert_int_equal(ntohs(ipv6.sin6_port), good[i].port);
        }
        assert_string_equal(host, good[i].host);
    }
}

static void
refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct listen_address item = { 0 };
        const char *reason = listen_parse(bad[i].text, &item);

        assert_non_null(reason);
        assert_string_equal(reason, bad[i].reason);
    }
}

static void
reads_unix(void **state)
{
    struct listen_address item = { 0 };
    struct sockaddr_un address;
    char text[200] = "unix:/";

    (void)state;
    memset(text + 6, 'x', LISTEN_PATH_MAX - 1);
    assert_null(listen_parse(text, &item));
    memcpy(&address, &item.address, sizeof(address));
    assert_int_equal(address.sun_family, AF_UNIX);
    assert_string_equal(address.sun_path, text + 5);
    assert_int_equal(item.length, sizeof(address));

    text[6 + LISTEN_PATH_MAX - 1] = 'x';
    assert_string_equal(listen_parse(text, &item), "has a path of more than 107 bytes");
}

static void
refuses_long_hosts(void **state)
{
    struct listen_address item = { 0 };
    char text[200];

    (void)state;
    memset(text, '1', sizeof(text));
    memcpy(text + 150, ":80", 4);
    assert_non_null(listen_parse(text, &item));
    text[0] = '[';
    text[149] = ']';
    assert_non_null(listen_parse(text, &item));
}

static void
finds_the_same_address(void **state)
{
    struct listen_address items[2] = { 0 };
    struct listen_list list = { .items = items, .count = 2 };
    struct listen_address item = { 0 };

    (void)state;
    assert_null(listen_parse("*:80", &items[0]));
    assert_null(listen_parse("unix:/a", &items[1]));
    assert_null(listen_parse("0.0.0.0:80", &item));
    assert_ptr_equal(listen_find(&list, &item), &items[0]);
    assert_null(listen_parse("unix:/a", &item));
    assert_ptr_equal(listen_find(&list, &item), &items[1]);
    assert_null(listen_parse("[::]:80", &item));
    assert_null(listen_find(&list, &item));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_ip),
        cmocka_unit_test(refuses),
        cmocka_unit_test(reads_unix),
        cmocka_unit_test(refuses_long_hosts),
        cmocka_unit_test(finds_the_same_address),
    };

    return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
