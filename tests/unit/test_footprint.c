/* SPDX-License-Identifier: BSD-2-Clause */
/* Footprint: what each setting adds to the bound on memory. The bound itself is held against a
 * daemon in tests/e2e/test_kernel_memory.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "master/footprint.h"

enum { KIB = 1024, MIB = 1024 * KIB };

static const struct footprint_kernel kernel = { .tcp_wmem = 4 * MIB,
                                                .wmem_max = 208 * KIB,
                                                .rmem_max = 208 * KIB };
static struct config_asset assets[2];

static struct config
plain(void)
{
    return (struct config){ .server = { .workers = 2,
                                        .worker_connections = 1000,
                                        .max_header_size = 4 * KIB,
                                        .max_target_size = KIB,
                                        .read_threads = 4,
                                        .max_pieces = 16,
                                        .sndbuf = 16 * KIB,
                                        .max_sndbuf = 256 * KIB,
                                        .rcvbuf = 8 * KIB },
                            .assets = assets,
                            .asset_count = 2 };
}

static struct footprint
of(const struct config *config)
{
    return footprint_of(config, &kernel);
}

static void
a_connection_has_the_larger_send_buffer(void **state)
{
    struct config config = plain();
    const uint64_t first = of(&config).connection;

    (void)state;
    config.server.sndbuf = 0;
    assert_int_equal(of(&config).connection, first);
    config.server.max_sndbuf = MIB;
    assert_int_equal(of(&config).connection, first + 768 * KIB);
    config.server.max_sndbuf = 0;
    assert_int_equal(of(&config).connection, first + 4 * MIB - 256 * KIB);
    config.server.max_sndbuf = KIB;
    config.server.sndbuf = 16 * KIB;
    assert_int_equal(of(&config).connection, first - 128 * KIB);
}

/* The kernel limits what is set. */
static void
large_buffers_are_as_large_as_the_kernel_allows(void **state)
{
    struct config config = plain();
    uint64_t first;

    (void)state;
    config.server.rcvbuf = 208 * KIB;
    config.server.max_sndbuf = 4 * MIB;
    first = of(&config).connection;
    config.server.rcvbuf = 8 * MIB;
    config.server.sndbuf = 8 * MIB;
    config.server.max_sndbuf = 64 * MIB;
    assert_int_equal(of(&config).connection, first);
}

static void
connections_are_a_worker_s(void **state)
{
    struct config config = plain();
    const struct footprint first = of(&config);
    struct footprint more;

    (void)state;
    assert_true(first.worker > 1000 * first.connection);
    assert_true(first.daemon > 2 * first.worker);
    config.server.worker_connections = 2000;
    more = of(&config);
    assert_true(more.worker >= first.worker + 1000 * first.connection);
    config.server.max_refused = 100;
    assert_true(of(&config).worker > more.worker);
}

static void
pieces_are_for_streamed_objects(void **state)
{
    struct config config = plain();
    const uint64_t first = of(&config).worker;
    uint64_t streaming;

    (void)state;
    config.server.max_pieces = 32;
    assert_int_equal(of(&config).worker, first);
    assets[1].variant = VARIANT_STREAMING;
    streaming = of(&config).worker;
    assert_true(streaming > first + (32ULL + 4) * 256 * KIB);
    config.server.read_threads = 8;
    assert_true(of(&config).worker > streaming);
    assets[1].variant = VARIANT_CACHED;
}

static void
others_are_the_daemon_s(void **state)
{
    struct config config = plain();
    const struct footprint first = of(&config);
    char prefix[] = "p";

    (void)state;
    config.debug.listen.count = 1;
    config.debug.max_clients = 4;
    assert_true(of(&config).daemon > first.daemon);
    config.debug.listen.count = 0;
    config.profile.cpu = prefix;
    assert_true(of(&config).daemon > first.daemon);
    config.profile.cpu = NULL;
    config.log.file = prefix;
    assert_true(of(&config).daemon > first.daemon + MIB);
    config.log.file = NULL;
    config.access_log.file = prefix;
    assert_true(of(&config).daemon > first.daemon + MIB);
    config.access_log.file = NULL;
    config.server.listen.count = 1;
    config.server.backlog = 100;
    assert_true(of(&config).daemon > first.daemon);
    assert_int_equal(of(&config).worker, first.worker);
}

static void
the_text_has_the_numbers(void **state)
{
    struct config config = plain();
    char text[FOOTPRINT_TEXT_SIZE];

    (void)state;
    footprint_text(text, &config);
    assert_non_null(strstr(text, " without objects: 2 workers of "));
    assert_non_null(strstr(text, ", each with 1000 connections of "));
    assert_true(footprint_kernel().tcp_wmem >= 4096);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_has_the_larger_send_buffer),
        cmocka_unit_test(large_buffers_are_as_large_as_the_kernel_allows),
        cmocka_unit_test(connections_are_a_worker_s),
        cmocka_unit_test(pieces_are_for_streamed_objects),
        cmocka_unit_test(others_are_the_daemon_s),
        cmocka_unit_test(the_text_has_the_numbers),
    };

    return cmocka_run_group_tests_name("footprint", tests, NULL, NULL);
}
