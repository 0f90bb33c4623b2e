/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profile: the contents of the tables at one moment, or the difference between two moments, in
 * private memory, for the writers (legacy.h, pprof.h, text.h).
 */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/tables.h"
#include "shared/label_names.h"

enum profile_kind {
    PROFILE_CPU,
    PROFILE_HEAP,
    PROFILE_BLOCK,
    PROFILE_MUTEX,
    PROFILE_TABLES, /* kinds before this one have tables; profile_count() fills the others */
    PROFILE_GOROUTINE = PROFILE_TABLES,
    PROFILE_THREADCREATE,
    PROFILE_RESIDENCE,
    PROFILE_WALL,
    PROFILE_KINDS
};

#define PROFILE_VALUES 4

/* The unit of a value, in the terms of profile.proto. */
struct profile_type {
    const char *name; /* "cpu" */
    const char *unit; /* "nanoseconds" */
};

struct profile_meaning {
    struct profile_type types[PROFILE_VALUES];
    unsigned count;
    unsigned preferred; /* shown by default */
};

const struct profile_meaning *profile_meaning(enum profile_kind kind);

/* The type with this name, or -1. */
int profile_type_index(enum profile_kind kind, const char *name);

#define PROFILE_NO_WORKER UINT_MAX

/* The part of one worker. */
struct profile_part {
    unsigned worker; /* PROFILE_NO_WORKER: of another process */
    struct stacks *stacks;
    const struct label_names *labels; /* borrowed */
    uint64_t cpu_ns;                  /* CPU time used by the worker; 0: not a CPU profile */
};

struct profile {
    enum profile_kind kind;
    uint64_t begin;    /* ns since the epoch */
    uint64_t duration; /* ns */
    uint64_t rate; /* configured: samples a second (CPU), bytes per sample (heap); 0: none */
    struct profile_part *parts;
    size_t count;
};

/* Copies the tables of all workers, or of first to first + count - 1, counted since the tables
 * were created. labels must outlive the profile. NULL: out of memory. */
struct profile *profile_take(const struct tables *tables, enum profile_kind kind,
                             unsigned first, unsigned count, const struct label_names *labels)
    __attribute__((warn_unused_result));
void profile_free(struct profile *profile);

/* Creates a profile of a kind without tables, with empty parts. NULL: out of memory. */
struct profile *profile_create(enum profile_kind kind, unsigned parts)
    __attribute__((warn_unused_result));

/* Adds values for a stack (depth 1 to STACKS_DEPTH) to a part of such a profile. */
void profile_add(struct profile_part *part, uint32_t label, const uintptr_t *pcs,
                 unsigned depth, const uint64_t values[PROFILE_VALUES]);

/* Adds one value for a stack of one address. */
void profile_count(struct profile_part *part, uint32_t label, uintptr_t pc, uint64_t count);

/* Subtracts an earlier profile of the same tables, kind and workers. */
void profile_subtract(struct profile *profile, const struct profile *earlier);

/* Moves the parts of other, which has the same kind, to profile, and frees other. False: out of
 * memory, and nothing has changed. */
bool profile_append(struct profile *profile, struct profile *other)
    __attribute__((warn_unused_result));

struct profile_sample {
    unsigned worker;
    const struct label_name *label; /* never NULL */
    const uintptr_t *pcs;           /* see unwind.h */
    unsigned depth;                 /* at least 1 */
    int64_t values[PROFILE_VALUES]; /* see profile_meaning() */
};

/*
 * Calls visit for each stack with a value that is not 0. The values of a CPU profile add up to
 * the CPU time used. Time without samples gets a frame of its own (marker.h). The first sample
 * can include time from before the profile; if the samples exceed the CPU time, all are scaled
 * down.
 */
void profile_each(const struct profile *profile,
                  void (*visit)(void *argument, const struct profile_sample *sample),
                  void *argument);

/* The sum of a value over all samples. */
int64_t profile_total(const struct profile *profile, unsigned value);

/* The address to look up for a frame: the call, or the interrupted instruction. */
uintptr_t profile_address(enum profile_kind kind, const struct profile_sample *sample,
                          unsigned frame);

#endif
