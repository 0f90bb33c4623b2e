/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timers: deadlines of connections. All connections in one state have the same timeout, so each
 * state has a queue that stays sorted: arming appends, and a turn of the loop looks only at the
 * first timer of each. This needs no system call and no search.
 */
#ifndef WORKER_TIMERS_H
#define WORKER_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

struct timer {
    struct timer *next, *previous; /* NULL while not armed */
    uint64_t deadline;             /* milliseconds, see clock_now() */
};

struct timer_queue {
    struct timer head; /* of a ring; its own deadline is unused */
    uint64_t duration; /* milliseconds */
};

void timers_init(struct timer_queue *queue, uint64_t duration);

/* Starts the timer anew, whichever queue it was in. */
void timers_arm(struct timer_queue *queue, struct timer *timer, uint64_t now);
void timers_disarm(struct timer *timer);

/* The first timer that is due, or NULL. It stays armed. */
struct timer *timers_due(const struct timer_queue *queue, uint64_t now);

/* The first timer, due or not, or NULL. */
struct timer *timers_first(const struct timer_queue *queue);

/* The one that is due after it, or NULL. */
struct timer *timers_next(const struct timer_queue *queue, const struct timer *timer);

/* The earlier of wait and the milliseconds until the queue's first timer is due; wait may be -1
 * for ever, as in epoll_wait(2). */
int timers_wait(const struct timer_queue *queue, uint64_t now, int wait);

#endif
