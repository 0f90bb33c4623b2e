/* SPDX-License-Identifier: BSD-2-Clause */
/* timers: see timers.h; a ring with a sentinel needs no special cases. */
#include "worker/timers.h"

#include <limits.h>
#include <stddef.h>

void
timers_init(struct timer_queue *queue, uint64_t duration)
{
    queue->head.next = queue->head.previous = &queue->head;
    queue->duration = duration;
}

void
timers_disarm(struct timer *timer)
{
    if (timer->next == NULL)
        return;
    timer->next->previous = timer->previous;
    timer->previous->next = timer->next;
    timer->next = timer->previous = NULL;
}

void
timers_arm(struct timer_queue *queue, struct timer *timer, uint64_t now)
{
    struct timer *head = &queue->head;

    timers_disarm(timer);
    timer->deadline = now + queue->duration;
    timer->previous = head->previous;
    timer->next = head;
    head->previous->next = timer;
    head->previous = timer;
}

struct timer *
timers_first(const struct timer_queue *queue)
{
    return queue->head.next == &queue->head ? NULL : queue->head.next;
}

struct timer *
timers_next(const struct timer_queue *queue, const struct timer *timer)
{
    return timer->next == &queue->head ? NULL : timer->next;
}

struct timer *
timers_due(const struct timer_queue *queue, uint64_t now)
{
    struct timer *first = timers_first(queue);

    return first && first->deadline <= now ? first : NULL;
}

int
timers_wait(const struct timer_queue *queue, uint64_t now, int wait)
{
    const struct timer *first = timers_first(queue);
    uint64_t left;

    if (first == NULL)
        return wait;
    left = first->deadline > now ? first->deadline - now : 0;
    if (left > INT_MAX)
        left = INT_MAX;
    return wait < 0 || (int)left < wait ? (int)left : wait;
}
