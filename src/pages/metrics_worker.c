/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_worker: a table of numbers, each with its place in memory. All of them are uint64_t.
 * A counter ends with its generation: the label tells a new one from one that went back.
 */
#include "pages/metrics_worker.h"

#include <stddef.h>

#include "base/count.h"
#include "format/exposition.h"

#define NS 1e9 /* a second's */

/* A number of each worker: where it is in struct totals_worker or in struct slot. */
struct of_worker {
    const char *name;
    const char *type;
    const char *help;
    bool in_slot;
    bool of_process; /* absent when there is none */
    size_t offset;
    double unit;
};

#define OF_PLACE(member) .offset = offsetof(struct totals_worker, member)
#define OF_SLOT(member)  .in_slot = true, .offset = offsetof(struct slot, member)

static const struct of_worker of_workers[] = {
    { "tiffd_worker_cpu_seconds_total", "counter", "CPU time of all processes in its place.",
      OF_PLACE(cpu_ns), .unit = NS },
    { "tiffd_worker_spawned_total", "counter", "Processes that have been in its place.",
      OF_PLACE(spawned), .unit = 1 },
    { "tiffd_worker_pss_bytes", "gauge", "Proportional set size.", OF_PLACE(pss),
      .of_process = true, .unit = 1 },
    { "tiffd_worker_accepted_total", "counter", "Connections accepted.", OF_SLOT(accepted),
      .unit = 1 },
    { "tiffd_worker_given_total", "counter", "Connections given to other workers.",
      OF_SLOT(given), .unit = 1 },
    { "tiffd_worker_taken_total", "counter", "Connections taken from other workers.",
      OF_SLOT(taken), .unit = 1 },
    { "tiffd_worker_requests_total", "counter", "Requests whose answer has begun.",
      OF_SLOT(served.requests), .unit = 1 },
    { "tiffd_worker_sent_bytes_total", "counter", "Bytes handed to the kernel, heads included.",
      OF_SLOT(served.bytes), .unit = 1 },
    { "tiffd_worker_handed_bytes_total", "counter",
      "Bytes of bodies whose pages were handed over, not copied.", OF_SLOT(handed), .unit = 1 },
    { "tiffd_worker_turns_total", "counter", "Turns of connections.", OF_SLOT(turns),
      .unit = 1 },
    { "tiffd_worker_stalls_total", "counter", "Times that a socket was full.", OF_SLOT(stalls),
      .unit = 1 },
    { "tiffd_worker_busy", "gauge", "1 while it hardly ever waits for events.", OF_SLOT(busy),
      .of_process = true, .unit = 1 },
    { "tiffd_worker_pipe_bytes", "gauge",
      "What its pipe may pin of pages that it hands over; 0: it copies.", OF_SLOT(pipe),
      .of_process = true, .unit = 1 },
    { "tiffd_worker_stale_events_total", "counter",
      "Events for descriptors that were no longer watched.", OF_SLOT(stale), .unit = 1 },
    { "tiffd_worker_recycled_total", "counter", "Idle connections closed for new clients.",
      OF_SLOT(recycled), .unit = 1 },
    { "tiffd_worker_connections", "gauge", "Connections now.", OF_SLOT(connections),
      .of_process = true, .unit = 1 },
    { "tiffd_worker_idle_connections", "gauge", "Connections between two requests.",
      OF_SLOT(idle), .of_process = true, .unit = 1 },
    { "tiffd_worker_runnable_connections", "gauge", "Connections that wait for their turn.",
      OF_SLOT(runnable), .of_process = true, .unit = 1 },
    { "tiffd_worker_allocated_bytes", "gauge", "Memory in use, by the allocator's account.",
      OF_SLOT(memory.in_use), .of_process = true, .unit = 1 },
    { "tiffd_worker_heap_bytes", "gauge",
      "Memory taken from the system, less what was given back.", OF_SLOT(memory.heap),
      .of_process = true, .unit = 1 },
    { "tiffd_worker_page_heap_bytes", "gauge", "Free pages that are kept.",
      OF_SLOT(memory.page_heap), .of_process = true, .unit = 1 },
    { "tiffd_worker_thread_cache_bytes", "gauge", "Free memory kept by threads.",
      OF_SLOT(memory.thread_cache), .of_process = true, .unit = 1 },
    { "tiffd_worker_central_cache_bytes", "gauge",
      "Free memory between the pages and the threads.", OF_SLOT(memory.central),
      .of_process = true, .unit = 1 },
    { "tiffd_worker_allocations_total", "counter",
      "Allocations of its process; 0 where nobody counts them.", OF_SLOT(memory.allocations),
      .of_process = true, .unit = 1 },
    { "tiffd_worker_released_bytes", "gauge", "Free pages given back to the system.",
      OF_SLOT(memory.released), .of_process = true, .unit = 1 },
};

static double
metrics_worker_read_number(const struct of_worker *row, const struct totals_worker *worker)
{
    const void *base = row->in_slot ? (const void *)worker->slot : (const void *)worker;

    return (double)slot_read((const uint64_t *)base + row->offset / sizeof(uint64_t)) /
           row->unit;
}

static void
write_sample(FILE *out, const struct of_worker *row, const struct totals_worker *worker)
{
    char number[16];
    char generation[16];
    const struct exposition_label labels[] = { { "generation", generation },
                                               { "worker", number },
                                               { NULL, NULL } };

    if (row->of_process && worker->pid <= 0)
        return;
    snprintf(generation, sizeof(generation), "%u", worker->view->generation);
    snprintf(number, sizeof(number), "%u", worker->number);
    exposition_sample(out, row->name, labels, metrics_worker_read_number(row, worker));
}

void
metrics_worker_write(FILE *out, const struct totals_worker *workers, unsigned count)
{
    for (size_t i = 0; i < COUNT(of_workers); i++) {
        const struct of_worker *row = &of_workers[i];

        exposition_family(out, row->name, row->type, row->help);
        for (unsigned number = 0; number < count; number++)
            write_sample(out, row, &workers[number]);
    }
}
