/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch: see watch.h. An event's data is generation << 32 | place. The place that became free
 * last is used first, which keeps the table small and in the caches.
 */
#include "worker/watch.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "shared/slots.h"

#define PLACES_MIN 64

struct watch_place {
    struct watch *watch; /* NULL: it is free */
    uint32_t generation; /* of the watch that is there or comes next */
    uint32_t next;       /* free place, counted from 1 */
    uint32_t ended;      /* set->waits when the last watch ended */
};

static_assert(sizeof(struct watch_place) == WATCH_PLACE_SIZE, "footprint.c counts on it");

int
watch_open(struct watch_set *set, uint64_t *stale)
{
    *set = (struct watch_set){ .stale = stale };
    set->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    return set->epoll_fd < 0 ? -errno : 0;
}

void
watch_close(struct watch_set *set)
{
    close(set->epoll_fd);
    free(set->places);
}

static int
watch_grow(struct watch_set *set)
{
    uint32_t count = set->count ? 2 * set->count : PLACES_MIN;
    struct watch_place *places = reallocarray(set->places, count, sizeof(*places));

    if (places == NULL)
        return -ENOMEM;
    set->places = places;
    for (uint32_t i = count; i > set->count; i--) {
        places[i - 1] = (struct watch_place){ .next = set->free };
        set->free = i;
    }
    set->count = count;
    return 0;
}

int
watch_begin(struct watch_set *set, struct watch *watch, uint32_t events)
{
    struct epoll_event event = { .events = events };
    struct watch_place *place;

    if (set->free == 0 && watch_grow(set) < 0)
        return -ENOMEM;
    place = &set->places[set->free - 1];
    event.data.u64 = (uint64_t)place->generation << 32 | set->free;
    if (epoll_ctl(set->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) < 0)
        return -errno;
    watch->place = set->free;
    set->free = place->next;
    place->watch = watch;
    return 0;
}

void
watch_end(struct watch_set *set, struct watch *watch)
{
    struct watch_place *place;

    if (watch->place == 0)
        return;
    epoll_ctl(set->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
    place = &set->places[watch->place - 1];
    *place = (struct watch_place){ .generation = place->generation + 1,
                                   .next = set->free,
                                   .ended = set->waits };
    set->free = watch->place;
    watch->place = 0;
}

int
watch_wait(struct watch_set *set, struct epoll_event *events, int count, int timeout)
{
    set->waits++;
    return epoll_wait(set->epoll_fd, events, count, timeout);
}

/* A watch may end after its event was fetched. An event that is fetched after the end of its
 * watch is a mistake: a descriptor was closed that another process has open, and its watch was
 * not ended before. */
struct watch *
watch_find(const struct watch_set *set, const struct epoll_event *event)
{
    const struct watch_place *place = &set->places[(uint32_t)event->data.u64 - 1];

    if (place->watch && place->generation == event->data.u64 >> 32)
        return place->watch;
    if (place->ended != set->waits)
        slot_add(set->stale, 1);
    return NULL;
}
