/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pacing: how many bytes a second a body may take: on its connection (limit_rate), and all
 * bodies of its section together (limit_total_rate). The kernel paces (SO_MAX_PACING_RATE in
 * tcp(7)), so nothing waits here.
 */
#ifndef WORKER_PACING_H
#define WORKER_PACING_H

#include <stdint.h>

struct connection;
struct worker;

/* At the start: nothing of what an earlier process of this worker sent is under way. */
void pacing_start(struct worker *worker);

/* A body begins, and ends. */
void pacing_begin(struct worker *worker, struct connection *connection);
void pacing_end(struct worker *worker, struct connection *connection);

/* Before more of it is sent: others may have come or gone. */
void pacing_adjust(struct worker *worker, struct connection *connection);

/* The rate of one of `own` bodies of a worker, 0: unlimited. active: the workers that send
 * bodies of the section, each of which has the same part of the total. */
uint64_t pacing_rate(uint64_t rate, uint64_t total, uint64_t active, uint64_t own);

#endif
