/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slots: creates the shared memory of the statistics, which is laid out as
 *
 *     slot 0 | counters 0 | counters 1 | ... | timing 0 | ... | slot 1 | counters 0 | ...
 *
 * Each part begins on a cache line of its own. The master creates it before it forks.
 */
#include "shared/slots.h"

#include <assert.h>
#include <errno.h>
#include <sys/mman.h>

#include "base/shmem.h"

static size_t
stride(const struct slots *slots)
{
    return sizeof(struct slot) +
           slots->sections * (sizeof(struct slot_counters) + sizeof(struct slot_timing));
}

int
slots_create(struct slots *slots, unsigned workers, unsigned sections)
{
    *slots = (struct slots){ .workers = workers, .sections = sections };
    slots->size = workers * stride(slots);
    slots->memory = shmem_map(slots->size);
    return slots->memory ? 0 : -errno;
}

void
slots_destroy(struct slots *slots)
{
    if (slots->memory)
        munmap(slots->memory, slots->size);
    slots->memory = NULL;
}

struct slot *
slots_worker(const struct slots *slots, unsigned worker)
{
    assert(worker < slots->workers);
    return (struct slot *)((char *)slots->memory + worker * stride(slots));
}

struct slot_counters *
slots_object(const struct slots *slots, unsigned worker, unsigned section)
{
    assert(section < slots->sections);
    return (struct slot_counters *)(slots_worker(slots, worker) + 1) + section;
}

struct slot_timing *
slots_section(const struct slots *slots, unsigned worker, unsigned section)
{
    const struct slot *slot = slots_worker(slots, worker);
    struct slot_counters *objects = (struct slot_counters *)(uintptr_t)(slot + 1);

    assert(section < slots->sections);
    return (struct slot_timing *)(objects + slots->sections) + section;
}

void
slot_count_response(struct slot_counters *counters, unsigned status)
{
    assert(status >= 100 && status < 100 * (SLOTS_STATUS_CLASSES + 1));
    slot_add(&counters->requests, 1);
    slot_add(&counters->status[status / 100 - 1], 1);
}

void
slot_counters_sum(struct slot_counters *total, const struct slot_counters *counters)
{
    total->requests += slot_read(&counters->requests);
    total->bytes += slot_read(&counters->bytes);
    for (unsigned i = 0; i < SLOTS_STATUS_CLASSES; i++)
        total->status[i] += slot_read(&counters->status[i]);
}

void
slot_timing_sum(struct slot_timing *total, const struct slot_timing *timing)
{
    histogram_sum(&total->first_byte, &timing->first_byte);
    histogram_sum(&total->transfer, &timing->transfer);
    histogram_sum(&total->stall, &timing->stall);
    histogram_sum(&total->body, &timing->body);
}
