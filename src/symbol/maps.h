/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * maps: what of the address space holds code, as proc_pid_maps(5) tells it. Processes that were
 * forked without exec share it, so the master's describes the stacks of all workers.
 */
#ifndef SYMBOL_MAPS_H
#define SYMBOL_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct map {
    uintptr_t start;
    uintptr_t end; /* not included */
    uint64_t offset;
    uint64_t inode;    /* 0: no file */
    char *path;        /* of the file, or "[vdso]" */
    uintptr_t bias;    /* what was added to the file's addresses */
    bool program;      /* the program itself, not a library */
    char build_id[65]; /* hex; "" if it has none */
};

struct maps {
    struct map *items; /* the program first, by address */
    size_t count;
};

/* This process's mappings that can be executed; without those of vsyscall, which no tool
 * understands. 0 or a negative errno; maps_free() in both cases. */
int maps_read(struct maps *maps) __attribute__((warn_unused_result));
void maps_free(struct maps *maps);

/* One line of proc_pid_maps(5). False when it is none of the kind above, or there is no memory.
 * map->path is to be freed. A trailing " (deleted)" is taken off. */
bool maps_parse(const char *line, struct map *map) __attribute__((warn_unused_result));

/* The mapping that holds this address, or NULL. */
const struct map *maps_find(const struct maps *maps, uintptr_t address);

/* Writes them in the form they are read in, for the profiles that end with them. */
void maps_write(const struct maps *maps, FILE *out);

#endif
