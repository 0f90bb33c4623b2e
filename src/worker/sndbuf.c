/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sndbuf: see sndbuf.h. The round trip is the least that the kernel has seen on this
 * connection, the handshake's included, so the queue of this server does not count. A socket
 * that is no TCP socket has none, and stays as it is. SO_SNDBUF ends autotuning for good, so it
 * is set for short paths only.
 */
#include "worker/sndbuf.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define CHUNK_MIN (64 * 1024)
#define CHUNK_MAX (1024 * 1024)
#define FEW       3 /* senders that have larger buffers */
#define FOR_PAGES 2 /* times the least buffer */

/* Loopback has packets as large as IP can name; no network has. */
#define LOOPBACK_MTU 65535

static void
judge_path(struct sndbuf *sndbuf, int fd)
{
    struct tcp_info info = { 0 };
    socklen_t length = sizeof(info);

    sndbuf->judged = true;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0)
        return;
    sndbuf->loopback = info.tcpi_pmtu >= LOOPBACK_MTU;
    sndbuf->fits = sndbuf->loopback || info.tcpi_min_rtt <= SNDBUF_SHORT;
}

unsigned
sndbuf_times(unsigned senders, bool pages)
{
    if (senders <= FEW)
        return SNDBUF_TIMES;
    return pages ? FOR_PAGES : 1;
}

void
sndbuf_fit(struct sndbuf *sndbuf, int fd, uint64_t size, unsigned times)
{
    int bytes;

    if (!sndbuf->judged)
        judge_path(sndbuf, fd);
    if (size == 0 || !sndbuf->fits || times == sndbuf->times)
        return;
    sndbuf->times = (uint8_t)times;
    bytes = (int)(times * size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

/* A buffer grows no more than twofold until it is full again, and holds less than twice the
 * memory of its bytes. */
void
sndbuf_bound(struct sndbuf *sndbuf, int fd, uint64_t most, uint32_t queued)
{
    const int bytes = (int)(most / 2); /* the kernel doubles it */

    if (most == 0 || sndbuf->times != 0 || sndbuf->bounded || queued < most / 4)
        return;
    sndbuf->bounded = setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)) == 0;
}

size_t
sndbuf_chunk(uint64_t size)
{
    uint64_t chunk = 2 * size;

    if (chunk < CHUNK_MIN)
        chunk = CHUNK_MIN;
    return (size_t)(chunk < CHUNK_MAX ? chunk : CHUNK_MAX);
}
