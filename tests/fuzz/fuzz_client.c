/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The observer's clients: any bytes as a request. Each is answered with one whole reply, which
 * says how long it is and that the connection closes; a request that is not complete may have
 * none.
 */
#include "fuzz.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit/observed.h"
#include "observer/client.h"
#include "pages/pages.h"

enum { REPLY_MAX = 8 << 20 };

static struct observed observed;
static struct subscription *subscription;
static struct seats seats;
static char *reply;

static void
begin(void)
{
    if (subscription != NULL)
        return;
    observed_create(&observed, 2);
    subscription = subscription_create(1);
    reply = malloc(REPLY_MAX);
    FUZZ_CHECK(subscription != NULL && reply != NULL && seat_create(&seats, 1) == 0);
}

/* The whole reply has space in the socket, since nobody reads it meanwhile. */
static size_t
exchange(const uint8_t *data, size_t size)
{
    const int capacity = REPLY_MAX;
    struct client client = { .view = &observed.view,
                             .find = pages_find,
                             .seats = &seats,
                             .owner = 1,
                             .subscription = subscription };
    int ends[2];
    int lifeline[2];
    size_t length = 0;
    ssize_t got;

    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    FUZZ_CHECK(pipe(lifeline) == 0);
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUFFORCE, &capacity, sizeof(capacity));
    FUZZ_CHECK(send(ends[0], data, size, 0) == (ssize_t)size);
    shutdown(ends[0], SHUT_WR);
    client.peer = (struct peer){ .fd = ends[1], .lifeline = lifeline[0], .drain = -1 };
    client_serve(&client);
    alarm(0);
    while ((got = recv(ends[0], reply + length, REPLY_MAX - 1 - length, 0)) > 0)
        length += (size_t)got;
    reply[length] = '\0';
    FUZZ_CHECK(got == 0);
    close(ends[0]);
    close(lifeline[0]);
    close(lifeline[1]);
    return length;
}

static void
check_reply(size_t length)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    const char *at = reply;
    const char *end;
    const char *field;

    if (strncmp(at, go_on, strlen(go_on)) == 0)
        at += strlen(go_on);
    if (at == reply + length)
        return;
    FUZZ_CHECK(strncmp(at, "HTTP/1.1 ", 9) == 0 && at[9] >= '2' && at[9] <= '5');
    end = strstr(at, "\r\n\r\n");
    FUZZ_CHECK(end != NULL);
    FUZZ_CHECK(strstr(at, "\r\nConnection: close\r\n") != NULL);
    end += 4;
    if (end == reply + length)
        return;
    field = strstr(at, "\r\nContent-Length: ");
    FUZZ_CHECK(field != NULL && field < end);
    FUZZ_CHECK(strtoul(field + 18, NULL, 10) == (size_t)(reply + length - end));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    begin();
    check_reply(exchange(data, size));
    return 0;
}
