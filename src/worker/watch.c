/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch: see watch.h. An event's data is generation << 32 | entry. The last freed entry is used
 * first, which keeps the table small and in the caches.
 */
#include "worker/watch.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "shared/slots.h"

#define PLACES_MIN 64

struct watch_entry {
    struct watch *watch; /* NULL: it is free */
    uint32_t generation; /* of the watch that is there or comes next */
    uint32_t next;       /* free entry, counted from 1 */
    uint32_t ended;      /* set->waits when the last watch ended */
};

static_assert(sizeof(struct watch_entry) == WATCH_ENTRY_SIZE, "footprint.c counts on it");

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
    free(set->entries);
}

static int
watch_grow(struct watch_set *set)
{
    uint32_t count = set->count ? 2 * set->count : PLACES_MIN;
    struct watch_entry *entries = reallocarray(set->entries, count, sizeof(*entries));

    if (entries == NULL)
        return -ENOMEM;
    set->entries = entries;
    for (uint32_t i = count; i > set->count; i--) {
        entries[i - 1] = (struct watch_entry){ .next = set->free };
        set->free = i;
    }
    set->count = count;
    return 0;
}

int
watch_begin(struct watch_set *set, struct watch *watch, uint32_t events)
{
    struct epoll_event event = { .events = events };
    struct watch_entry *entry;

    if (set->free == 0 && watch_grow(set) < 0)
        return -ENOMEM;
    entry = &set->entries[set->free - 1];
    event.data.u64 = (uint64_t)entry->generation << 32 | set->free;
    if (epoll_ctl(set->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) < 0)
        return -errno;
    watch->entry = set->free;
    set->free = entry->next;
    entry->watch = watch;
    return 0;
}

void
watch_end(struct watch_set *set, struct watch *watch)
{
    struct watch_entry *entry;

    if (watch->entry == 0)
        return;
    epoll_ctl(set->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
    entry = &set->entries[watch->entry - 1];
    *entry = (struct watch_entry){ .generation = entry->generation + 1,
                                   .next = set->free,
                                   .ended = set->waits };
    set->free = watch->entry;
    watch->entry = 0;
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
    const struct watch_entry *entry = &set->entries[(uint32_t)event->data.u64 - 1];

    if (entry->watch && entry->generation == event->data.u64 >> 32)
        return entry->watch;
    if (entry->ended != set->waits)
        slot_add(set->stale, 1);
    return NULL;
}
