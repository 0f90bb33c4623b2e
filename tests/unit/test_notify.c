/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagrams to the service manager. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/notify.h"

static void
an_abstract_socket_gets_the_text(void **state)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + 1;
    char name[sizeof(address.sun_path)];
    char text[32] = "";
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    (void)state;
    length += (socklen_t)snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
                                  "tiffd-notify-%d", (int)getpid());
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, length), 0);
    snprintf(name, sizeof(name), "@tiffd-notify-%d", (int)getpid());
    setenv("NOTIFY_SOCKET", name, 1);
    assert_int_equal(notify_send("READY=1"), 0);
    assert_int_equal(recv(fd, text, sizeof(text), MSG_DONTWAIT), 7);
    assert_string_equal(text, "READY=1");
    close(fd);
}

static void
without_a_manager_nothing_is_wrong(void **state)
{
    (void)state;
    unsetenv("NOTIFY_SOCKET");
    assert_int_equal(notify_send("READY=1"), 0);
}

static void
names_that_can_not_be_are_errors(void **state)
{
    char name[200];

    (void)state;
    setenv("NOTIFY_SOCKET", "relative", 1);
    assert_int_equal(notify_send("READY=1"), -EINVAL);
    memset(name, '/', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    setenv("NOTIFY_SOCKET", name, 1);
    assert_int_equal(notify_send("READY=1"), -EINVAL);
    setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
    assert_int_equal(notify_send("READY=1"), -ENOENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_abstract_socket_gets_the_text),
        cmocka_unit_test(without_a_manager_nothing_is_wrong),
        cmocka_unit_test(names_that_can_not_be_are_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
