/* SPDX-License-Identifier: BSD-2-Clause */
/* Address: from what the kernel tells to text. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>

#include <cmocka.h>

#include "base/address.h"

static char text[ADDRESS_TEXT_SIZE];

static const char *
ipv6(const char *name)
{
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
    struct address address;
    size_t length;

    assert_int_equal(inet_pton(AF_INET6, name, &in6.sin6_addr), 1);
    address = address_of((struct sockaddr *)&in6, sizeof(in6));
    assert_int_equal(address.port, 80);
    length = address_text(&address, text);
    assert_int_equal(length, strlen(text));
    return text;
}

static const char *
ipv4(const char *name)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(81) };
    struct address address;
    size_t length;

    assert_int_equal(inet_pton(AF_INET, name, &in.sin_addr), 1);
    address = address_of((struct sockaddr *)&in, sizeof(in));
    assert_int_equal(address.port, 81);
    length = address_text(&address, text);
    assert_int_equal(length, strlen(text));
    return text;
}

static void
addresses_are_text(void **state)
{
    (void)state;
    assert_string_equal(ipv4("0.9.10.255"), "0.9.10.255");
    assert_string_equal(ipv4("100.101.99.200"), "100.101.99.200");
    assert_string_equal(ipv6("2001:db8::1"), "2001:db8::1");
    assert_string_equal(ipv6("::ffff:192.0.2.1"), "192.0.2.1");
}

static void
others_have_no_number(void **state)
{
    const struct sockaddr_un local = { .sun_family = AF_UNIX };
    struct address address = address_of((const struct sockaddr *)&local, sizeof(sa_family_t));

    (void)state;
    assert_int_equal(address_text(&address, text), 5);
    assert_string_equal(text, "unix:");
    address = address_of((const struct sockaddr *)&local, 0);
    assert_int_equal(address_text(&address, text), 1);
    assert_string_equal(text, "-");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_text),
        cmocka_unit_test(others_have_no_number),
    };

    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
