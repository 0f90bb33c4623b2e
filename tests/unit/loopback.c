/* SPDX-License-Identifier: BSD-2-Clause */
/* loopback: see loopback.h. */
#include "loopback.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int
loopback_connect(int *client)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int accepted;

    *client = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 1) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) < 0 ||
        connect(*client, (struct sockaddr *)&address, length) < 0 ||
        (accepted = accept(listener, NULL, NULL)) < 0)
        abort();
    close(listener);
    return accepted;
}
