/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flight: how many bytes a connection may have in flight. Over a short path (loopback, one
 * switch) a small send buffer fills it and stays in the caches; over a long one the kernel's
 * autotuning must be left alone, or the window is never filled.
 */
#ifndef WORKER_FLIGHT_H
#define WORKER_FLIGHT_H

#include <stddef.h>
#include <stdint.h>

/* Round trips up to this, in microseconds, make a short path: at 10 Gbit/s that much takes what
 * the default buffer holds (the kernel doubles SO_SNDBUF). */
#define FLIGHT_SHORT 100

/* Bounds the socket's send buffer if the path is short. size is that of server.send_buffer; 0
 * leaves every socket to the kernel. Call once, before the first large body. */
void flight_fit(int fd, uint64_t size);

/* How much of a file to read at a time: what such a buffer takes. Less would not fill it, and
 * each of many small writes wakes the client; more would be read twice. */
size_t flight_chunk(uint64_t size);

#endif
