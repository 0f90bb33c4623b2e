/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues of TCP connections: those of a socket that nobody reads from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/tcp_queues.h"
#include "loopback.h"

static void
lines(void **state)
{
    static char text[] =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
        "timeout inode\n"
        "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000005 00:00000000 00000000     0  "
        "      0 900 1 ffff 100 0 0 10 0\n"
        "   1: 0100007F:1F90 0100007F:D431 01 0001A2B3:00000000 01:00000014 00000000    33  "
        "      0 17 4 ffff 20 4 30 10 -1\n"
        "   2: 0100007F:1F90 0100007F:D431 06 00000001:00000000 03:00000014 00000000     0  "
        "      0 0 3 ffff\n"
        "rubbish\n";
    FILE *in = fmemopen(text, sizeof(text) - 1, "r");
    struct tcp_queues queues = { 0 };

    (void)state;
    assert_true(tcp_queues_parse(&queues, in));
    fclose(in);
    assert_int_equal(queues.count, 2);
    assert_int_equal(tcp_queues_find(&queues, 17)->bytes, 0x1a2b3);
    assert_int_equal(tcp_queues_find(&queues, 900)->bytes, 0);
    assert_null(tcp_queues_find(&queues, 0));
    tcp_queues_free(&queues);
    assert_null(tcp_queues_find(&queues, 17));
}

/* What the client's kernel has not room for stays here. */
static void
a_full_socket(void **state)
{
    static const char bytes[65536];
    struct tcp_queues queues = { 0 };
    struct stat status;
    int client;
    int server;
    int queued = 0;

    (void)state;
    server = loopback_connect(&client);
    while (send(server, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        continue;
    assert_int_equal(fstat(server, &status), 0);
    for (unsigned i = 0; i < 1000 && queued == 0; i++) {
        assert_true(tcp_queues_read(&queues));
        assert_non_null(tcp_queues_find(&queues, status.st_ino));
        queued = (int)tcp_queues_find(&queues, status.st_ino)->bytes;
        tcp_queues_free(&queues);
    }
    assert_true(queued > 0);
    close(client);
    close(server);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(a_full_socket),
    };

    return cmocka_run_group_tests_name("tcp_queues", tests, NULL, NULL);
}
