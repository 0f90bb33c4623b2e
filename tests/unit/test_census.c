/* SPDX-License-Identifier: BSD-2-Clause */
/* The census: every client is counted, and forgotten when it has nothing; whatever is in the
 * tables, reading and writing them ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/network.h"
#include "shared/census.h"

enum { WORKERS = 3, CLIENTS = 500 };

static struct census census;

static int
setup(void **state)
{
    (void)state;
    return census_create(&census, WORKERS, CLIENTS, 64);
}

static int
teardown(void **state)
{
    (void)state;
    census_destroy(&census);
    return 0;
}

static uint64_t
key_of(const char *text)
{
    struct address address;

    assert_true(network_parse_address(span_of(text), &address));
    return census_key(&census, &address);
}

static void
clients_are_told_apart(void **state)
{
    const struct address other = { .family = AF_UNIX };

    (void)state;
    assert_int_not_equal(key_of("192.0.2.1"), key_of("192.0.2.2"));
    assert_int_equal(key_of("192.0.2.1"), key_of("192.0.2.1"));
    assert_int_equal(key_of("2001:db8::1"), key_of("2001:db8:0:0:ffff::2"));
    assert_int_not_equal(key_of("2001:db8::1"), key_of("2001:db8:0:1::1"));
    assert_int_equal(census_key(&census, &other), 0);
    census.prefix = 128;
    assert_int_not_equal(key_of("2001:db8::1"), key_of("2001:db8::2"));
}

static void
workers_add_up(void **state)
{
    const uint64_t key = key_of("192.0.2.1");

    (void)state;
    for (unsigned i = 0; i < WORKERS; i++)
        for (unsigned n = 0; n <= i; n++)
            census_add(&census, i, key, CENSUS_CONNECTIONS);
    census_add(&census, 1, key, CENSUS_RESPONSES);
    assert_int_equal(census_count(&census, key, CENSUS_CONNECTIONS), 1 + 2 + 3);
    assert_int_equal(census_count(&census, key, CENSUS_RESPONSES), 1);
    census_begin(&census, 2);
    assert_int_equal(census_count(&census, key, CENSUS_CONNECTIONS), 1 + 2);
    census_remove(&census, 1, key, CENSUS_CONNECTIONS);
    census_remove(&census, 2, key, CENSUS_CONNECTIONS);
    assert_int_equal(census_count(&census, key, CENSUS_CONNECTIONS), 2);
    census_add(&census, 0, 0, CENSUS_CONNECTIONS);
    census_remove(&census, 0, 0, CENSUS_CONNECTIONS);
    assert_int_equal(census_count(&census, 0, CENSUS_CONNECTIONS), 0);
}

/* Against counts that are kept elsewhere. */
static void
many_come_and_go(void **state)
{
    static uint64_t keys[CLIENTS];
    static unsigned counts[CLIENTS];

    (void)state;
    srandom(5);
    for (unsigned i = 0; i < CLIENTS; i++)
        keys[i] = (uint64_t)(i / 4 + 1) << 10 | (i % 4 * 7 + 1); /* many collide */
    for (unsigned step = 0; step < 100000; step++) {
        const size_t i = (size_t)random() % CLIENTS;

        if (counts[i] > 0 && random() % 2 == 0) {
            counts[i]--;
            census_remove(&census, 1, keys[i], CENSUS_CONNECTIONS);
        } else if (counts[i] < 3) {
            counts[i]++;
            census_add(&census, 1, keys[i], CENSUS_CONNECTIONS);
        }
    }
    for (unsigned i = 0; i < CLIENTS; i++)
        while (counts[i] > 0) {
            census_remove(&census, 1, keys[i], CENSUS_CONNECTIONS);
            counts[i]--;
        }
    for (size_t i = 0; i < census.size; i++)
        assert_int_equal(((const char *)census.memory)[i], 0);
}

static void
anything_in_the_tables_is_survived(void **state)
{
    const int fills[] = { 0xff, 0x01, 0x80 };

    (void)state;
    for (size_t i = 0; i < sizeof(fills) / sizeof(*fills); i++) {
        memset(census.memory, fills[i], census.size);
        for (uint64_t key = 1; key < 300; key++) {
            census_add(&census, 0, key, CENSUS_RESPONSES);
            census_remove(&census, 0, key, CENSUS_RESPONSES);
            (void)census_count(&census, key, CENSUS_RESPONSES);
        }
        census_add(&census, 0, UINT64_MAX, CENSUS_CONNECTIONS);
        census_remove(&census, 0, UINT64_MAX, CENSUS_CONNECTIONS);
        (void)census_count(&census, UINT64_MAX, CENSUS_CONNECTIONS);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(clients_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(workers_add_up, setup, teardown),
        cmocka_unit_test_setup_teardown(many_come_and_go, setup, teardown),
        cmocka_unit_test_setup_teardown(anything_in_the_tables_is_survived, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
