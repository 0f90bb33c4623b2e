/* SPDX-License-Identifier: BSD-2-Clause */
/* Forwarded and network: who is believed, and how far. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/forwarded.h"

static struct network networks[3];
static const struct network_list trusted = { networks, COUNT(networks) };
static char text[ADDRESS_TEXT_SIZE];

static int
setup(void **state)
{
    (void)state;
    return network_parse(SPAN("10.0.0.0/8"), &networks[0]) ||
           network_parse(SPAN("2001:db8::/33"), &networks[1]) ||
           network_parse(SPAN("unix"), &networks[2]);
}

static const char *
client_of(const char *connected, const char *fields, enum forwarded_field field)
{
    struct address address = { .family = AF_UNIX };

    if (strcmp(connected, "unix:") != 0)
        assert_true(network_parse_address(span_of(connected), &address));
    address = forwarded_client(&address, span_of(fields), field, &trusted);
    address_text(&address, text);
    return text;
}

static void
networks_hold_addresses(void **state)
{
    static const struct {
        const char *address;
        bool inside;
    } rows[] = { { "10.255.0.1", true },
                 { "11.0.0.1", false },
                 { "2001:db8:7fff::1", true },
                 { "2001:db8:8000::1", false },
                 { "::a00:1", false } };
    const struct address local = { .family = AF_UNIX };
    const struct address unknown = { .family = AF_UNSPEC };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct address address;

        assert_true(network_parse_address(span_of(rows[i].address), &address));
        assert_int_equal(network_contains(&trusted, &address), rows[i].inside);
    }
    assert_true(network_contains(&trusted, &local));
    assert_false(network_contains(&trusted, &unknown));
}

static void
networks_are_written_as_they_are_read(void **state)
{
    static const char *const bad[] = { "",          "host",       "10.0.0.1/8", "10.0.0.0/33",
                                       "10.0.0.0/", "10.0.0.0/x", "::/129",     "10.0.0" };
    char printed[NETWORK_TEXT_SIZE];
    struct network network;

    (void)state;
    assert_null(network_parse(SPAN("192.0.2.1"), &network));
    network_print(&network, printed);
    assert_string_equal(printed, "192.0.2.1/32");
    assert_null(network_parse(SPAN("::/0"), &network));
    network_print(&networks[2], printed);
    assert_string_equal(printed, "unix");
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_non_null(network_parse(span_of(bad[i]), &network));
}

static void
only_proxies_that_are_trusted_are_believed(void **state)
{
    (void)state;
    assert_string_equal(client_of("192.0.2.9", "X-Forwarded-For: 1.2.3.4\r\n", FORWARDED_X),
                        "192.0.2.9");
    assert_string_equal(client_of("10.0.0.1", "X-Forwarded-For: 1.2.3.4\r\n", FORWARDED_X),
                        "1.2.3.4");
    assert_string_equal(client_of("unix:", "X-Forwarded-For: 1.2.3.4\r\n", FORWARDED_X),
                        "1.2.3.4");
    assert_string_equal(client_of("10.0.0.1", "X-Forwarded-For: 1.2.3.4\r\n", FORWARDED_NONE),
                        "10.0.0.1");
    assert_string_equal(client_of("10.0.0.1", "Forwarded: for=1.2.3.4\r\n", FORWARDED_X),
                        "10.0.0.1");
}

static void
what_clients_put_in_front_is_not(void **state)
{
    (void)state;
    assert_string_equal(client_of("10.0.0.1", "x-forwarded-for: 6.6.6.6, 1.2.3.4, 10.0.0.7\r\n",
                                  FORWARDED_X),
                        "1.2.3.4");
    assert_string_equal(client_of("10.0.0.1",
                                  "X-Forwarded-For: 6.6.6.6\r\nHost: a\r\n"
                                  "X-Forwarded-For: 1.2.3.4 ,10.0.0.7\r\n\r\n",
                                  FORWARDED_X),
                        "1.2.3.4");
    assert_string_equal(client_of("10.0.0.1",
                                  "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 10.0.0.7\r\n",
                                  FORWARDED_X),
                        "1.2.3.4");
    assert_string_equal(client_of("10.0.0.1", "X-Forwarded-For: 10.0.0.3, 10.0.0.2\r\n",
                                  FORWARDED_X),
                        "10.0.0.3");
    assert_string_equal(client_of("10.0.0.1", "X-Forwarded-For: 6.6.6.6, unknown, 10.0.0.7\r\n",
                                  FORWARDED_X),
                        "10.0.0.7");
}

static void
the_standard_field_has_parameters(void **state)
{
    (void)state;
    assert_string_equal(
        client_of("10.0.0.1",
                  "Forwarded: for=6.6.6.6, proto=http; FOR=\"[2001:dead::1]:80\"\r\n",
                  FORWARDED_STANDARD),
        "2001:dead::1");
    assert_string_equal(client_of("10.0.0.1", "Forwarded: for=\"1.2.3.4:99\";by=10.0.0.1\r\n",
                                  FORWARDED_STANDARD),
                        "1.2.3.4");
    assert_string_equal(client_of("10.0.0.1", "Forwarded: for=_hidden\r\n", FORWARDED_STANDARD),
                        "10.0.0.1");
    assert_string_equal(client_of("10.0.0.1", "Forwarded:\r\n", FORWARDED_STANDARD),
                        "10.0.0.1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_hold_addresses),
        cmocka_unit_test(networks_are_written_as_they_are_read),
        cmocka_unit_test(only_proxies_that_are_trusted_are_believed),
        cmocka_unit_test(what_clients_put_in_front_is_not),
        cmocka_unit_test(the_standard_field_has_parameters),
    };

    return cmocka_run_group_tests_name("forwarded", tests, setup, NULL);
}
