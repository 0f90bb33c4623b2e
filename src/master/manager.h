/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * manager: tells the service manager (sd_notify(3)) when the daemon serves, reloads and stops,
 * what it does, and that no worker is stuck. Without NOTIFY_SOCKET nothing is sent.
 */
#ifndef MASTER_MANAGER_H
#define MASTER_MANAGER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct master;

struct manager {
    bool listens;      /* NOTIFY_SOCKET is set, and nothing has failed */
    bool ready;        /* it knows that the daemon serves */
    uint64_t watchdog; /* ms within which it wants a sign of life; 0: it wants none */
    uint64_t watch_at; /* clock_now() of the next one; 0: never */
    uint64_t status_at;
    uint64_t counted_at; /* of the two below */
    uint64_t requests;
    uint64_t bytes;
};

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. */
void manager_begin(struct master *master);

/* All workers serve, or continue to serve after a reload that failed. */
void manager_ready(struct master *master);

/* A reload begins; manager_ready() ends it. */
void manager_reloading(struct master *master);

/* Another process is the main one from now on. */
void manager_main_process(struct master *master, pid_t pid);

/* The daemon drains, and ends then. */
void manager_stopping(struct master *master);

/* Says what is due at now, and when the next is: ms of clock.h; 0: nothing is. */
void manager_run(struct master *master, uint64_t now);
uint64_t manager_next(const struct master *master);

#endif
