/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * legacy: works around two peculiarities of the tools.
 *
 * CPU: if all stacks (in Go: about 31 of 32) have the same second frame, both tools take it for
 * a frame of the profiler and drop it, so a hot loop with one caller would lose the caller.
 * Records with a count of 0, each with a second frame of its own, prevent that.
 *
 * Heap: Go shows the columns of all allocations only if the totals in the first line differ
 * from those in use.
 */
#include "format/legacy.h"

#include <inttypes.h>

#include "base/saturate.h"
#include "profile/marker.h"

#define PERIOD_US 1000
#define PERIOD_NS ((int64_t)PERIOD_US * 1000)

/* --- CPU ---------------------------------------------------------------------------------- */

struct cpu {
    FILE *out;
    size_t records;
    int64_t carry; /* ns that did not fill a period yet */
};

static void
put_words(FILE *out, const uintptr_t *words, size_t count)
{
    fwrite(words, sizeof(*words), count, out);
}

static void
put_record(FILE *out, uintptr_t count, const uintptr_t *pcs, unsigned depth)
{
    const uintptr_t head[2] = { count, depth };

    put_words(out, head, 2);
    put_words(out, pcs, depth);
}

/* Carries the remainder of rounding to the next stack, so that the sum is right. */
static void
put_sample(void *argument, const struct profile_sample *sample)
{
    struct cpu *cpu = argument;
    int64_t count;

    cpu->carry = saturate_add(cpu->carry, sample->values[1]);
    count = cpu->carry / PERIOD_NS;
    if (count <= 0)
        return;
    cpu->carry -= count * PERIOD_NS;
    put_record(cpu->out, (uintptr_t)count, sample->pcs, sample->depth);
    cpu->records++;
}

static void
put_guards(const struct cpu *cpu)
{
    uintptr_t pcs[2] = { marker_pc(MARKER_GUARD), marker_pc(MARKER_GUARD) };

    for (size_t i = 0; i < cpu->records / 16 + 2; i++) {
        pcs[1]++;
        put_record(cpu->out, 0, pcs, 2);
    }
}

void
legacy_write_cpu(const struct profile *profile, const struct maps *maps, FILE *out)
{
    static const uintptr_t header[5] = { 0, 3, 0, PERIOD_US, 0 };
    static const uintptr_t trailer[3] = { 0, 1, 0 };
    struct cpu cpu = { .out = out };

    put_words(out, header, 5);
    profile_each(profile, put_sample, &cpu);
    put_guards(&cpu);
    put_words(out, trailer, 3);
    maps_write(maps, out);
}

/* --- heap --------------------------------------------------------------------------------- */

struct heap {
    FILE *out;
    int64_t sums[PROFILE_VALUES];
};

/* Reorders the values as in profile.proto. The format has no negative numbers, which occur in
 * the difference of two heaps; they become 0. Without objects there are no bytes. */
static void
clamp(const int64_t *from, int64_t to[PROFILE_VALUES])
{
    for (unsigned i = 0; i < PROFILE_VALUES; i += 2) {
        to[i] = from[i] > 0 && from[i + 1] > 0 ? from[i] : 0;
        to[i + 1] = to[i] > 0 ? from[i + 1] : 0;
    }
}

static void
sum_allocations(void *argument, const struct profile_sample *sample)
{
    struct heap *heap = argument;
    int64_t values[PROFILE_VALUES];

    clamp(sample->values, values);
    for (unsigned i = 0; i < PROFILE_VALUES; i++)
        heap->sums[i] = saturate_add(heap->sums[i], values[i]);
}

static void
put_line(FILE *out, const int64_t values[PROFILE_VALUES])
{
    fprintf(out, "%" PRId64 ": %" PRId64 " [%" PRId64 ": %" PRId64 "] @", values[2], values[3],
            values[0], values[1]);
}

static void
put_allocations(void *argument, const struct profile_sample *sample)
{
    struct heap *heap = argument;
    int64_t values[PROFILE_VALUES];

    clamp(sample->values, values);
    put_line(heap->out, values);
    for (unsigned i = 0; i < sample->depth; i++)
        fprintf(heap->out, " 0x%" PRIxPTR, sample->pcs[i]);
    fputc('\n', heap->out);
}

void
legacy_write_heap(const struct profile *profile, const struct maps *maps, FILE *out)
{
    struct heap heap = { .out = out };

    profile_each(profile, sum_allocations, &heap);
    if (heap.sums[0] == heap.sums[2] && heap.sums[1] == heap.sums[3])
        heap.sums[0] = saturate_add(heap.sums[0], heap.sums[0] < INT64_MAX ? 1 : -1);
    fputs("heap profile: ", out);
    put_line(out, heap.sums);
    fputs(" heapprofile\n", out);
    profile_each(profile, put_allocations, &heap);
    fputs("\nMAPPED_LIBRARIES:\n", out);
    maps_write(maps, out);
}
