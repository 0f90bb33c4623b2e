/* SPDX-License-Identifier: BSD-2-Clause */
/* counters: in the order of the SCHED and ALLOC lines. */
#include "shared/counters.h"

#include "base/count.h"

#define AT(member) .offset = offsetof(struct slot, member)

const struct counter counters_table[] = {
    { COUNTER_TOTAL, true, true, "accepted", "accepts", "Connections accepted.", AT(accepted) },
    { COUNTER_TOTAL, false, true, "given", NULL, "Connections given to other workers.",
      AT(given) },
    { COUNTER_TOTAL, false, true, "taken", NULL, "Connections taken from other workers.",
      AT(taken) },
    { COUNTER_TOTAL, false, true, "requests", "requests", "Requests whose response has begun.",
      AT(served.requests) },
    { COUNTER_TOTAL, true, true, "sent_bytes", NULL,
      "Bytes passed to the kernel, including headers.", AT(served.bytes) },
    { COUNTER_TOTAL, true, true, "handed_bytes", NULL,
      "Bytes of bodies whose pages were passed, not copied.", AT(handed) },
    { COUNTER_TOTAL, true, true, "stalls", "stalls", "Times that a socket was full.",
      AT(stalls) },
    { COUNTER_TOTAL, true, true, "turns", "turns", "Turns of connections.", AT(turns) },
    { COUNTER_TOTAL, true, true, "reads", "reads", "Pieces that threads read from a disk.",
      AT(reads) },
    { COUNTER_TOTAL, true, true, "opened_files", NULL, "Files opened for requests.",
      AT(opened) },
    { COUNTER_TOTAL, true, true, "stale_events", NULL,
      "Events for descriptors that were no longer watched.", AT(stale) },
    { COUNTER_TOTAL, false, true, "refused_calls", NULL,
      "System calls that the sandbox refused, or only counted in mode log.", AT(refused) },
    { COUNTER_TOTAL, true, true, "limited", NULL,
      "Connections and requests answered with 429, one too many for a client address.",
      AT(limited) },
    { COUNTER_TOTAL, true, true, "recycled", NULL, "Idle connections closed for new clients.",
      AT(recycled) },
    { COUNTER_TOTAL, true, true, "cut", NULL, "Responses that were cut when a worker ended.",
      AT(cut) },
    { COUNTER_TOTAL, true, true, "untrusted", NULL,
      "Connections closed: not from a trusted proxy, or with a bad PROXY header.",
      AT(untrusted) },
    { COUNTER_TOTAL, true, true, "access_log_lines", NULL, "Lines of the access log written.",
      AT(access_lines) },
    { COUNTER_TOTAL, true, true, "access_log_lost", NULL,
      "Lines of the access log that could not be written.", AT(access_lost) },

    { COUNTER_STATE, false, false, "busy", NULL, "1 while it hardly ever waits for events.",
      AT(busy) },
    { COUNTER_STATE, false, false, "pipe_bytes", NULL,
      "Bytes that its pipe may pin while it passes pages; 0: it copies.", AT(pipe) },
    { COUNTER_STATE, false, false, "connections", "conns", "Connections now.",
      AT(connections) },
    { COUNTER_STATE, false, false, "idle_connections", "idleconns",
      "Connections between two requests.", AT(idle) },
    { COUNTER_STATE, false, false, "open_files", NULL, "Files open for requests.",
      AT(open_files) },
    { COUNTER_STATE, false, false, "runnable_connections", "runnable",
      "Connections that wait for their turn.", AT(runnable) },

    { COUNTER_MEMORY, false, false, "allocated_bytes", "inuse",
      "Memory in use, as the allocator counts it.", AT(memory.in_use) },
    { COUNTER_MEMORY, false, false, "heap_bytes", "heap",
      "Memory taken from the system, minus what was returned.", AT(memory.heap) },
    { COUNTER_MEMORY, false, false, "page_heap_bytes", "freepages",
      "Free pages not returned to the system.", AT(memory.page_heap) },
    { COUNTER_MEMORY, false, false, "thread_cache_bytes", "threadcache",
      "Free memory in the caches of threads.", AT(memory.thread_cache) },
    { COUNTER_MEMORY, false, false, "central_cache_bytes", "centralcache",
      "Free memory in the central cache.", AT(memory.central) },
    { COUNTER_MEMORY, false, false, "released_bytes", "released",
      "Free pages returned to the system.", AT(memory.released) },
    { COUNTER_MEMORY, false, true, "allocations", NULL,
      "Allocations of its process; 0 if they are not counted.", AT(memory.allocations) },
};

const size_t counters_count = COUNT(counters_table);

uint64_t
counter_read(const struct counter *counter, const struct slot *slot)
{
    return slot_read((const uint64_t *)(const void *)slot + counter->offset / sizeof(uint64_t));
}

void
counters_add(enum counter_kind kind, struct slot *total, const struct slot *slot)
{
    for (size_t i = 0; i < COUNT(counters_table); i++)
        if (counters_table[i].kind == kind)
            ((uint64_t *)(void *)total)[counters_table[i].offset / sizeof(uint64_t)] +=
                counter_read(&counters_table[i], slot);
}

void
counters_sum(const struct slots *slots, struct slot *total)
{
    for (unsigned worker = 0; worker < slots->workers; worker++) {
        const struct slot *slot = slots_worker(slots, worker);

        counters_add(COUNTER_TOTAL, total, slot);
        counters_add(COUNTER_STATE, total, slot);
        for (unsigned i = 0; i < SLOTS_STATUS_CLASSES; i++)
            total->served.status[i] += slot_read(&slot->served.status[i]);
        slot_timing_sum(&total->timing, &slot->timing);
    }
}
