/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profile: the contents of the tables at one moment, or the difference between two; in private
 * memory, for the writers (legacy.h, pprof.h, text.h).
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

/* What samples of a kind count, in the terms of profile.proto. */
struct profile_type {
    const char *name; /* "cpu" */
    const char *unit; /* "nanoseconds" */
};

struct profile_meaning {
    struct profile_type types[PROFILE_VALUES];
    unsigned count;
    unsigned preferred; /* the one to show when nobody asks for another */
};

const struct profile_meaning *profile_meaning(enum profile_kind kind);

/* The type with this name, or -1. */
int profile_type_index(enum profile_kind kind, const char *name);

#define PROFILE_NO_WORKER UINT_MAX

/* One worker's share. */
struct profile_part {
    unsigned worker; /* PROFILE_NO_WORKER: another process's */
    struct stacks *stacks;
    const struct label_names *labels; /* borrowed */
    uint64_t cpu_ns;                  /* CPU time the worker has used; 0: not a CPU profile */
};

struct profile {
    enum profile_kind kind;
    uint64_t begin;    /* ns since the epoch */
    uint64_t duration; /* ns */
    uint64_t rate;     /* asked for: samples a second (CPU), bytes a sample (heap); 0: none */
    struct profile_part *parts;
    size_t count;
};

/* All workers, or first to first + count - 1, since the tables were made. labels outlives the
 * profile. NULL without memory. */
struct profile *profile_take(const struct tables *tables, enum profile_kind kind,
                             unsigned first, unsigned count, const struct label_names *labels)
    __attribute__((warn_unused_result));
void profile_free(struct profile *profile);

/* One of a kind that has no tables, with empty parts. NULL without memory. */
struct profile *profile_create(enum profile_kind kind, unsigned parts)
    __attribute__((warn_unused_result));

/* Adds to what such a part counts for a stack (depth 1 to STACKS_DEPTH). */
void profile_add(struct profile_part *part, uint32_t label, const uintptr_t *pcs,
                 unsigned depth, const uint64_t values[PROFILE_VALUES]);

/* The same for one address and one value. */
void profile_count(struct profile_part *part, uint32_t label, uintptr_t pc, uint64_t count);

/* Turns a profile into the difference from an earlier one of the same tables, kind and workers.
 */
void profile_subtract(struct profile *profile, const struct profile *earlier);

/* Moves the parts of other, of the same kind, to profile, and frees other. False without
 * memory: then nothing has changed. */
bool profile_append(struct profile *profile, struct profile *other)
    __attribute__((warn_unused_result));

struct profile_sample {
    unsigned worker;
    const struct label_name *label; /* never NULL */
    const uintptr_t *pcs;           /* see unwind.h */
    unsigned depth;                 /* at least 1 */
    int64_t values[PROFILE_VALUES]; /* as profile_meaning() tells */
};

/*
 * Calls visit for each stack that counts something. The values of a CPU profile add up to the
 * CPU time used: what is in no sample comes as a frame of its own (marker.h), and what samples
 * have too much, since the first of a window can reach back before it, is taken off all in
 * proportion.
 */
void profile_each(const struct profile *profile,
                  void (*visit)(void *argument, const struct profile_sample *sample),
                  void *argument);

/* The sum of one value over all samples. */
int64_t profile_total(const struct profile *profile, unsigned value);

/* Where the call (or, innermost, the instruction) of a frame is: what to look up. */
uintptr_t profile_address(enum profile_kind kind, const struct profile_sample *sample,
                          unsigned frame);

#endif
