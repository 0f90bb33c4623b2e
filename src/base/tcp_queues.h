/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp_queues: how many bytes the kernel holds of each TCP connection of this network namespace,
 * see proc_net_tcp(5). */
#ifndef BASE_TCP_QUEUES_H
#define BASE_TCP_QUEUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct tcp_queue {
    uint64_t inode; /* of the socket, see fstat(2) */
    uint64_t bytes; /* bytes that were sent and not acknowledged, see SIOCOUTQ in tcp(7) */
};

/* Begins zeroed. */
struct tcp_queues {
    struct tcp_queue *items;
    size_t count;
};

/* False: the kernel does not tell, or no memory. Free with tcp_queues_free(), also then. */
bool tcp_queues_read(struct tcp_queues *queues) __attribute__((warn_unused_result));
void tcp_queues_free(struct tcp_queues *queues);

/* That of a socket; NULL: there is none, as of a Unix socket. Call after tcp_queues_read(). */
const struct tcp_queue *tcp_queues_find(const struct tcp_queues *queues, uint64_t inode);

/* Adds the connections of one such file; tcp_queues_read() does it. False without memory. */
bool tcp_queues_parse(struct tcp_queues *queues, FILE *in) __attribute__((warn_unused_result));

#endif
