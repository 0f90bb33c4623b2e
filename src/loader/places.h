/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * places: the directories that inotify(7) watches, and the sections that an event there
 * concerns.
 */
#ifndef LOADER_PLACES_H
#define LOADER_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct place;

struct places {
    int fd; /* of inotify; -1: none */
    struct place *items;
    size_t count;
    size_t capacity;
    uint32_t *first; /* by watch descriptor: the first place, counted from 1 */
    size_t watches;
};

/* 0 or a negative errno. */
int places_open(struct places *places) __attribute__((warn_unused_result));

/* Watches a directory for the section. name: only what happens to this name counts; NULL:
 * everything. 0 or a negative errno, -ENOSPC: fs.inotify.max_user_watches is reached. */
int places_add(struct places *places, const char *directory, unsigned section, const char *name)
    __attribute__((warn_unused_result));

/* Watches every directory on the way to a path for its next component. The same. */
int places_add_way(struct places *places, const char *path, unsigned section)
    __attribute__((warn_unused_result));

/* Reads what has happened, and sets a flag for each section that it concerns. False: events
 * were lost. */
bool places_read(struct places *places, bool *concerned);

#endif
