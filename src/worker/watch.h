/* SPDX-License-Identifier: BSD-2-Clause */
/* watch: a descriptor in the worker's epoll set, and who is told when it is ready. */
#ifndef WORKER_WATCH_H
#define WORKER_WATCH_H

#include <stdint.h>

struct worker;

struct watch {
    void (*ready)(struct worker *worker, struct watch *watch, uint32_t events);
    int fd;
};

#endif
