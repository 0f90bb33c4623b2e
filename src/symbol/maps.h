/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * maps: the executable mappings of the address space, see proc_pid_maps(5). Processes that were
 * forked without exec share them, so the master's mappings describe the stacks of all workers.
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

/* Reads this process's executable mappings. Leaves out vsyscall, which no tool understands. 0
 * or a negative errno; maps_free() in both cases. */
int maps_read(struct maps *maps) __attribute__((warn_unused_result));
void maps_free(struct maps *maps);

/* Parses a line of proc_pid_maps(5) and removes a trailing " (deleted)". The caller frees
 * map->path. False: not an executable mapping as above, or out of memory. */
bool maps_parse(const char *line, struct map *map) __attribute__((warn_unused_result));

/* The mapping that holds this address, or NULL. */
const struct map *maps_find(const struct maps *maps, uintptr_t address);

/* Writes the mappings in the format of proc_pid_maps(5), for the profiles that end with
 * them. */
void maps_write(const struct maps *maps, FILE *out);

#endif
