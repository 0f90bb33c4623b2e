/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sndbuf: how many bytes a connection may have in flight. Over a short path (loopback, one
 * switch) a small send buffer fills it and stays in the caches; over a long one the kernel's
 * autotuning must be left alone, since a small buffer would never fill the window; such a
 * buffer has a bound of its own.
 */
#ifndef WORKER_SNDBUF_H
#define WORKER_SNDBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Round trips up to this, in microseconds, make a short path: at 10 Gbit/s that much takes what
 * the default buffer holds (the kernel doubles SO_SNDBUF). */
#define SNDBUF_SHORT 100

#define SNDBUF_TIMES 4 /* see sndbuf_times() */

/* A connection's part. */
struct sndbuf {
    bool judged : 1;   /* its path has been looked at */
    bool fits : 1;     /* it is a short one */
    bool loopback : 1; /* the client is on this machine */
    bool bounded : 1;  /* the kernel no longer adjusts its buffer */
    uint8_t times;     /* server.sndbuf, its buffer is; 0: it is the kernel's */
    uint32_t sent;     /* bytes handed over, counted up to what small bodies may be in sum */
};

/* Bounds the send buffer if the path is short: to so many times `size`, which is that of
 * server.sndbuf; 0 leaves every socket to the kernel. Call whenever a large body continues, or
 * a further small one after many; it is a system call only when the number changes. */
void sndbuf_fit(struct sndbuf *sndbuf, int fd, uint64_t size, unsigned times);

/* The socket is full, with so many bytes. Where the kernel adjusts the buffer, ends that before
 * it holds more than `most`, which is server.max_sndbuf; 0: never. */
void sndbuf_bound(struct sndbuf *sndbuf, int fd, uint64_t most, uint32_t queued);

/* How many times that size, 1 to SNDBUF_TIMES, where so many connections send large bodies.
 * With the least, one to three of them wait for each wake-up of their clients; with more,
 * thirty fit in no cache. Pages that are handed over need twice as much: what a buffer holds of
 * them is not copied into it, and fewer calls move the same bytes. */
unsigned sndbuf_times(unsigned senders, bool pages);

/* How much of a file to read at a time: what the least buffer takes; so many times more for a
 * larger one. Less would not fill it, and each of many small writes wakes the client; more
 * would be read twice. */
size_t sndbuf_chunk(uint64_t size);

#endif
