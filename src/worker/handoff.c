/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff: see handoff.h. A message is one connection: what is known of it, the bytes of the
 * request that is to be answered, and the descriptor. A connection that can't be given
 * stays.
 */
#include "worker/handoff.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker/steering.h"
#include "worker/worker.h"

/* What is known of a connection, in front of its bytes. */
struct handoff_header {
    uint32_t requests; /* that it has had */
    struct address peer;
    struct address client;
};

/* Space for one descriptor. */
union handoff_ancillary {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

int
handoff_open(struct handoff *handoff)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    *handoff = (struct handoff){ .give = ends[0], .take = ends[1] };
    return 0;
}

void
handoff_close(struct handoff *handoff)
{
    close(handoff->give);
    close(handoff->take);
}

/* The CPU at which the last packet, the request, arrived; -1: unknown. */
static int
cpu_of(const struct connection *connection)
{
    int cpu = -1;
    socklen_t length = sizeof(cpu);

    getsockopt(connection->watch.fd, SOL_SOCKET, SO_INCOMING_CPU, &cpu, &length);
    return cpu;
}

static int
choose(const struct worker *worker, const struct connection *connection)
{
    const struct steering steering = {
        .slots = &worker->shared->slots,
        .here = worker->inherit->slot,
        .cpu = cpu_of(connection),
        .limit = worker->server->worker_connections,
        .now = worker->now,
    };

    return steering_choose(&steering);
}

/* The worker that answers the request counts it. */
static bool
handoff_give(const struct handoff *handoff, const struct connection *connection,
             const char *rest, size_t length)
{
    struct handoff_header header = { .requests = connection->requests - 1,
                                     .peer = connection->peer,
                                     .client = connection->client };
    struct iovec iov[2] = { { &header, sizeof(header) }, { (char *)(uintptr_t)rest, length } };
    union handoff_ancillary ancillary = { .bytes = { 0 } };
    struct msghdr message = { .msg_iov = iov,
                              .msg_iovlen = 2,
                              .msg_control = ancillary.bytes,
                              .msg_controllen = sizeof(ancillary.bytes) };

    ancillary.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
                                         .cmsg_level = SOL_SOCKET,
                                         .cmsg_type = SCM_RIGHTS };
    memcpy(CMSG_DATA(&ancillary.header), &connection->watch.fd, sizeof(int));
    return sendmsg(handoff->give, &message, MSG_NOSIGNAL) >= 0;
}

/* Counted first: it may be taken before sendmsg(2) returns. */
static bool
give_to(struct worker *worker, int to, const struct connection *connection, const char *rest,
        size_t length)
{
    uint64_t *coming = &slots_worker(&worker->shared->slots, (unsigned)to)->coming;

    __atomic_fetch_add(coming, 1, __ATOMIC_RELAXED);
    if (handoff_give(&worker->inherit->handoffs[to], connection, rest, length))
        return true;
    __atomic_fetch_sub(coming, 1, __ATOMIC_RELAXED);
    return false;
}

bool
handoff_offer(struct worker *worker, struct connection *connection, const char *rest,
              size_t length)
{
    int to;

    if (worker->inherit->handoffs == NULL || worker->drain.until != 0 ||
        worker->now / 1000 < connection->stays)
        return false;
    to = choose(worker, connection);
    if (to == STEERING_NOBODY || !give_to(worker, to, connection, rest, length))
        return false;
    slot_add(&worker->slot->given, 1);
    activity_note(worker, connection, TRACE_GIVE, (uint64_t)to);
    return true;
}

/* The connection has its turn as if the request had just arrived. */
static void
handoff_admit(struct worker *worker, int fd, const struct handoff_header *header, size_t length)
{
    struct connection *connection = connection_open(worker, fd, &header->peer, TRACE_TAKE);
    const struct head unread = { 0 };

    if (connection && inbox_keep(&connection->inbox, worker->exchange.inbox, length, &unread,
                                 (size_t)worker->server->max_header_size) < 0) {
        connection_settle(worker, connection, OUTCOME_CLOSED);
        connection = NULL;
    }
    if (connection == NULL) {
        log_warning("handoff: a connection is lost: out of memory");
        return;
    }
    slot_add(&worker->slot->taken, 1);
    connection->requests = header->requests;
    connection->client = header->client;
    bounds_take(worker, connection);
    connection->stays = (uint32_t)(worker->now / 1000) + 2; /* one second is begun already */
    connection_settle(worker, connection, OUTCOME_READY);
}

/* Takes one connection from the handoff of that worker. False when the handoff is empty. */
static bool
handoff_take(struct worker *worker, unsigned from)
{
    struct handoff_header header;
    struct iovec iov[2] = { { &header, sizeof(header) },
                            { worker->exchange.inbox,
                              (size_t)worker->server->max_header_size } };
    union handoff_ancillary ancillary;
    struct msghdr message = { .msg_iov = iov,
                              .msg_iovlen = 2,
                              .msg_control = ancillary.bytes,
                              .msg_controllen = sizeof(ancillary.bytes) };
    ssize_t n = recvmsg(worker->inherit->handoffs[from].take, &message, MSG_CMSG_CLOEXEC);
    int fd;

    if (n < (ssize_t)sizeof(header))
        return false;
    __atomic_fetch_sub(&slots_worker(&worker->shared->slots, from)->coming, 1,
                       __ATOMIC_RELAXED);
    if (CMSG_FIRSTHDR(&message) == NULL) {
        log_warning("handoff: a connection is lost: too many open files");
        return true;
    }
    memcpy(&fd, CMSG_DATA(&ancillary.header), sizeof(fd));
    handoff_admit(worker, fd, &header, (size_t)n - sizeof(header));
    return true;
}

void
handoff_ready(struct worker *worker, struct watch *watch, uint32_t events)
{
    (void)watch;
    (void)events;
    while (handoff_take(worker, worker->inherit->slot))
        ;
}

void
handoff_empty(struct worker *worker)
{
    const struct inherit *inherit = worker->inherit;

    for (unsigned i = 0; inherit->handoffs && i < inherit->shared->slots.workers; i++)
        while (handoff_take(worker, i))
            ;
}
