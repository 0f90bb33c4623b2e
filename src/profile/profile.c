/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profile: copies tables, adds and subtracts them, and converts raw counters to the values that
 * users see.
 */
#include "profile/profile.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/saturate.h"
#include "profile/block.h"
#include "profile/heap.h"
#include "profile/marker.h"
#include "profile/mutex.h"
#include "profile/sampler.h"
#include "profile/stacks.h"

static const struct profile_meaning meanings[PROFILE_KINDS] = {
    [PROFILE_CPU] = { { { "samples", "count" },
                        { "cpu", "nanoseconds" },
                        { "user", "nanoseconds" },
                        { "system", "nanoseconds" } },
                      4,
                      1 },
    [PROFILE_HEAP] = { { { "alloc_objects", "count" },
                         { "alloc_space", "bytes" },
                         { "inuse_objects", "count" },
                         { "inuse_space", "bytes" } },
                       4,
                       3 },
    [PROFILE_BLOCK] = { { { "contentions", "count" }, { "delay", "nanoseconds" } }, 2, 1 },
    [PROFILE_MUTEX] = { { { "contentions", "count" }, { "delay", "nanoseconds" } }, 2, 1 },
    [PROFILE_GOROUTINE] = { { { "goroutine", "count" } }, 1, 0 },
    [PROFILE_THREADCREATE] = { { { "threadcreate", "count" } }, 1, 0 },
    [PROFILE_RESIDENCE] = { { { "resident", "bytes" },
                              { "mapped", "bytes" },
                              { "huge", "bytes" },
                              { "size", "bytes" } },
                            4,
                            0 },
    [PROFILE_WALL] = { { { "wall", "nanoseconds" } }, 1, 0 },
};

const struct profile_meaning *
profile_meaning(enum profile_kind kind)
{
    return &meanings[kind];
}

int
profile_type_index(enum profile_kind kind, const char *name)
{
    for (unsigned i = 0; i < meanings[kind].count; i++)
        if (strcmp(meanings[kind].types[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* --- taking ------------------------------------------------------------------------------- */

static const struct stacks *
profile_stacks_of(const struct tables *tables, enum profile_kind kind, unsigned worker)
{
    switch (kind) {
    case PROFILE_HEAP:
        return heap_stacks(tables_heap(tables, worker));
    case PROFILE_BLOCK:
        return tables_block(tables, worker);
    case PROFILE_MUTEX:
        return mutex_stacks(tables_mutex(tables, worker));
    default:
        return sampler_stacks(tables_cpu(tables, worker));
    }
}

static uint64_t
rate_of(const struct tables *tables, enum profile_kind kind, unsigned worker)
{
    switch (kind) {
    case PROFILE_CPU:
        return tables_cpu(tables, worker)->hz;
    case PROFILE_HEAP:
        return tables_heap(tables, worker)->sample_bytes;
    default:
        return 0;
    }
}

struct profile *
profile_take(const struct tables *tables, enum profile_kind kind, unsigned first,
             unsigned count, const struct label_names *labels)
{
    struct profile *profile = calloc(1, sizeof(*profile));

    if (profile == NULL || (profile->parts = calloc(count, sizeof(*profile->parts))) == NULL) {
        free(profile);
        return NULL;
    }
    profile->kind = kind;
    profile->begin = tables->created;
    profile->duration = clock_wall() - profile->begin;
    for (unsigned i = 0; i < count; i++) {
        struct profile_part *part = &profile->parts[profile->count++];

        part->worker = first + i;
        if (rate_of(tables, kind, first + i) > profile->rate)
            profile->rate = rate_of(tables, kind, first + i);
        part->labels = labels;
        part->stacks = stacks_copy(profile_stacks_of(tables, kind, first + i));
        if (kind == PROFILE_CPU)
            part->cpu_ns = sampler_cpu_time(tables_cpu(tables, first + i));
        if (part->stacks == NULL) {
            profile_free(profile);
            return NULL;
        }
    }
    return profile;
}

struct profile *
profile_create(enum profile_kind kind, unsigned parts)
{
    struct profile *profile = calloc(1, sizeof(*profile));

    if (profile == NULL || (profile->parts = calloc(parts, sizeof(*profile->parts))) == NULL) {
        free(profile);
        return NULL;
    }
    profile->kind = kind;
    profile->begin = clock_wall();
    for (; profile->count < parts; profile->count++)
        if ((profile->parts[profile->count].stacks = calloc(1, STACKS_SIZE)) == NULL) {
            profile_free(profile);
            return NULL;
        }
    return profile;
}

void
profile_count(struct profile_part *part, uint32_t label, uintptr_t pc, uint64_t count)
{
    const uint64_t values[PROFILE_VALUES] = { count };

    profile_add(part, label, &pc, 1, values);
}

void
profile_add(struct profile_part *part, uint32_t label, const uintptr_t *pcs, unsigned depth,
            const uint64_t values[PROFILE_VALUES])
{
    static_assert(PROFILE_VALUES == STACKS_VALUES, "a record holds the values of a sample");
    stacks_add(part->stacks, label, pcs, depth, values);
}

void
profile_free(struct profile *profile)
{
    if (profile == NULL)
        return;
    for (size_t i = 0; i < profile->count; i++)
        free(profile->parts[i].stacks);
    free(profile->parts);
    free(profile);
}

/* --- arithmetic --------------------------------------------------------------------------- */

void
profile_subtract(struct profile *profile, const struct profile *earlier)
{
    for (size_t i = 0; i < profile->count && i < earlier->count; i++) {
        stacks_subtract(profile->parts[i].stacks, earlier->parts[i].stacks);
        profile->parts[i].cpu_ns -= earlier->parts[i].cpu_ns;
    }
    profile->begin = earlier->begin + earlier->duration;
    profile->duration -= earlier->duration;
}

bool
profile_append(struct profile *profile, struct profile *other)
{
    size_t count = profile->count + other->count;
    uint64_t end = profile->begin + profile->duration;
    uint64_t other_end = other->begin + other->duration;
    struct profile_part *parts = reallocarray(profile->parts, count, sizeof(*parts));

    if (parts == NULL)
        return false;
    memcpy(parts + profile->count, other->parts, other->count * sizeof(*parts));
    profile->parts = parts;
    profile->count = count;
    if (other->begin < profile->begin)
        profile->begin = other->begin;
    profile->duration = (end > other_end ? end : other_end) - profile->begin;
    other->count = 0;
    profile_free(other);
    return true;
}

/* --- reading ------------------------------------------------------------------------------ */

struct profile_reading {
    const struct profile *profile;
    const struct profile_part *part;
    double scale; /* for CPU time */
    void (*visit)(void *argument, const struct profile_sample *sample);
    void *argument;
};

/* Rounds, but bytes that are not 0 belong to at least one object. */
static int64_t
objects(uint64_t units, uint64_t bytes)
{
    int64_t count = saturate_add((int64_t)units, HEAP_UNIT / 2) / (int64_t)HEAP_UNIT;

    return count == 0 && bytes != 0 ? 1 : count;
}

static void
convert_heap(const uint64_t *raw, int64_t *values)
{
    uint64_t inuse = raw[HEAP_OBJECTS] - raw[HEAP_FREED_OBJECTS];
    uint64_t inuse_bytes = raw[HEAP_BYTES] - raw[HEAP_FREED_BYTES];

    values[0] = objects(raw[HEAP_OBJECTS], raw[HEAP_BYTES]);
    values[1] = (int64_t)raw[HEAP_BYTES];
    values[2] = inuse_bytes == 0 ? 0 : objects(inuse, inuse_bytes);
    values[3] = (int64_t)inuse_bytes;
}

static void
convert(const struct profile_reading *reading, const uint64_t *raw, int64_t *values)
{
    switch (reading->profile->kind) {
    case PROFILE_CPU:
        values[0] = (int64_t)raw[SAMPLER_SAMPLES];
        for (unsigned i = SAMPLER_NS; i <= SAMPLER_SYSTEM_NS; i++)
            values[i] = saturate_round((double)raw[i] * reading->scale);
        break;
    case PROFILE_HEAP:
        convert_heap(raw, values);
        break;
    default:
        for (unsigned i = 0; i < meanings[reading->profile->kind].count; i++)
            values[i] = (int64_t)raw[i];
    }
}

static void
visit_raw(const struct profile_reading *reading, uint32_t label, const uintptr_t *pcs,
          unsigned depth, const uint64_t *raw)
{
    struct profile_sample sample = { .worker = reading->part->worker,
                                     .label = label_names_find(reading->part->labels, label),
                                     .pcs = pcs,
                                     .depth = depth };
    int64_t any = 0;

    convert(reading, raw, sample.values);
    for (unsigned i = 0; i < PROFILE_VALUES; i++)
        any |= sample.values[i];
    if (any != 0)
        reading->visit(reading->argument, &sample);
}

static uint64_t
sum_of(const struct stacks *stacks, unsigned value)
{
    const struct stacks_record *record;
    uint64_t sum = stacks_lost(stacks)[value];
    size_t place = 0;

    while ((record = stacks_next(stacks, &place)) != NULL)
        sum += record->values[value];
    return sum;
}

/* Adds what is not in the records: lost samples, and CPU time without samples. */
static void
visit_rest(const struct profile_reading *reading, uint64_t sampled)
{
    const struct profile_part *part = reading->part;
    const uintptr_t full = marker_pc(MARKER_NOT_KEPT);
    const uintptr_t rest = marker_pc(MARKER_NOT_SAMPLED);
    uint64_t values[STACKS_VALUES] = { 0 };

    visit_raw(reading, 0, &full, 1, stacks_lost(part->stacks));
    if (part->cpu_ns <= sampled)
        return;
    values[SAMPLER_NS] = part->cpu_ns - sampled;
    visit_raw(reading, 0, &rest, 1, values);
}

static void
visit_part(struct profile_reading *reading)
{
    const struct profile_part *part = reading->part;
    const struct stacks_record *record;
    uint64_t sampled = 0;
    size_t place = 0;

    reading->scale = 1;
    if (part->cpu_ns > 0)
        sampled = sum_of(part->stacks, SAMPLER_NS);
    if (sampled > part->cpu_ns)
        reading->scale = (double)part->cpu_ns / (double)sampled;
    while ((record = stacks_next(part->stacks, &place)) != NULL)
        visit_raw(reading, record->label, record->pcs, (unsigned)record->depth, record->values);
    visit_rest(reading, sampled);
}

void
profile_each(const struct profile *profile,
             void (*visit)(void *argument, const struct profile_sample *sample), void *argument)
{
    struct profile_reading reading = { .profile = profile,
                                       .visit = visit,
                                       .argument = argument };

    for (size_t i = 0; i < profile->count; i++) {
        reading.part = &profile->parts[i];
        visit_part(&reading);
    }
}

struct total {
    unsigned value;
    int64_t sum;
};

static void
add_to_total(void *argument, const struct profile_sample *sample)
{
    struct total *total = argument;

    total->sum = saturate_add(total->sum, sample->values[total->value]);
}

int64_t
profile_total(const struct profile *profile, unsigned value)
{
    struct total total = { .value = value };

    profile_each(profile, add_to_total, &total);
    return total.sum;
}

/* The innermost frame of a CPU or wall-clock sample is an interrupted instruction; all others
 * are return addresses. */
uintptr_t
profile_address(enum profile_kind kind, const struct profile_sample *sample, unsigned frame)
{
    const bool interrupted = kind == PROFILE_CPU || kind == PROFILE_WALL;

    return interrupted && frame == 0 ? sample->pcs[0] : sample->pcs[frame] - 1;
}
