/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc_memory: the files of /proc that tell how a process uses memory. They can't be opened any
 * more once the process is in its sandbox, but open descriptors stay readable.
 */
#ifndef BASE_PROC_MEMORY_H
#define BASE_PROC_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum proc_memory_file {
    PROC_MEMORY_SUMS,     /* proc_pid_smaps_rollup(5) */
    PROC_MEMORY_MAPPINGS, /* proc_pid_smaps(5) */
    PROC_MEMORY_PAGES,    /* proc_pid_pagemap(5), without the pages' physical addresses */
    PROC_MEMORY_FILES
};

/* Begins zeroed. */
struct proc_memory {
    int fds[PROC_MEMORY_FILES]; /* 0: none */
};

/* Closes what is open, and opens them of a process; pid 0: none. */
void proc_memory_open(struct proc_memory *memory, pid_t pid);
void proc_memory_close(struct proc_memory *memory);

/* Another process has opened one; -1: none. Owns the descriptor. */
void proc_memory_adopt(struct proc_memory *memory, enum proc_memory_file file, int fd);

/* Proportional set size in bytes: what it shares counts by its share. False: unknown, also when
 * the process has ended. As all below. */
bool proc_memory_pss(const struct proc_memory *memory, uint64_t *bytes)
    __attribute__((warn_unused_result));

/* Bytes of that memory that the process has in its page tables; whole pages, but at most
 * length. */
bool proc_memory_mapped(const struct proc_memory *memory, uintptr_t address, uint64_t length,
                        uint64_t *bytes) __attribute__((warn_unused_result));

/* A mapping. */
struct proc_mapping {
    uintptr_t start;
    uintptr_t end;
    uint64_t resident; /* bytes in page tables */
    uint64_t huge;     /* of them mapped by huge pages */
};

struct proc_mappings {
    struct proc_mapping *items; /* by address */
    size_t count;
};

/* All of them. Free with proc_memory_free_mappings(), also after false. */
bool proc_memory_mappings(const struct proc_memory *memory, struct proc_mappings *mappings)
    __attribute__((warn_unused_result));
void proc_memory_free_mappings(struct proc_mappings *mappings);

/* The one that holds this address; NULL: none. */
const struct proc_mapping *proc_memory_find(const struct proc_mappings *mappings,
                                            uintptr_t address);

#endif
