/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch: the descriptors in a worker's epoll set, and the callbacks for their events.
 *
 * An event holds no address. It holds an entry in a table and the generation of that entry,
 * which changes whenever a watch ends. An event that comes after the end of its watch, because
 * the open file lives on elsewhere (epoll(7), question 6) or because it was fetched together
 * with the one that ended it, is ignored, even if the entry is in use again.
 */
#ifndef WORKER_WATCH_H
#define WORKER_WATCH_H

#include <stdint.h>
#include <sys/epoll.h>

struct worker;

/* Zeroed, it is a watch that has not begun. It must not move between its begin and its end. */
struct watch {
    void (*ready)(struct worker *worker, struct watch *watch, uint32_t events);
    int fd;
    uint32_t entry; /* in the table, counted from 1; 0: the descriptor is not watched */
};

struct watch_entry;

#define WATCH_ENTRY_SIZE 24 /* bytes; the table doubles when it is full */

struct watch_set {
    int epoll_fd;
    uint32_t waits;              /* calls of watch_wait() */
    struct watch_entry *entries; /* grows, never shrinks */
    uint32_t count;
    uint32_t free;   /* the first free entry, counted from 1; 0: there is none */
    uint64_t *stale; /* counts the events whose watch had ended before they were fetched */
};

/* Creates the epoll set. `stale` is a counter of its caller, see slot_add(). 0 or a negative
 * errno. */
int watch_open(struct watch_set *set, uint64_t *stale) __attribute__((warn_unused_result));
void watch_close(struct watch_set *set);

/* Watches watch->fd for these events (EPOLLIN, ..., see epoll_ctl(2)). 0 or a negative errno.
 */
int watch_begin(struct watch_set *set, struct watch *watch, uint32_t events)
    __attribute__((warn_unused_result));

/* Call it before the descriptor is closed. What has not begun may end, too. */
void watch_end(struct watch_set *set, struct watch *watch);

/* epoll_wait(2). */
int watch_wait(struct watch_set *set, struct epoll_event *events, int count, int timeout);

/* The watch of the event; NULL: it has ended. */
struct watch *watch_find(const struct watch_set *set, const struct epoll_event *event);

#endif
