/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tables: one mapping: a page for the whole, then a part for each worker that ends with the two
 * tables of configurable size. It is reserved without backing (MAP_NORESERVE) and excluded from
 * core files.
 */
#include "profile/tables.h"

#include <assert.h>
#include <errno.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "profile/heap.h"
#include "profile/mutex.h"
#include "profile/sampler.h"
#include "profile/stacks.h"
#include "shared/rows.h"
#include "shared/trace.h"
#include "stack/crash.h"
#include "stack/dump.h"

#define PAGE 4096u

struct tables_part {
    struct sampler_table cpu __attribute__((aligned(PAGE)));
    struct heap_table heap __attribute__((aligned(PAGE)));
    uint64_t block[STACKS_SIZE / sizeof(uint64_t)] __attribute__((aligned(PAGE)));
    struct mutex_table mutex __attribute__((aligned(PAGE)));
    struct dump_record dump __attribute__((aligned(PAGE)));
    struct crash_record crash;
};

struct tables_whole {
    struct crash_record crashes[2]; /* of the observer and the master */
} __attribute__((aligned(PAGE)));

static struct tables_whole *
tables_whole(const struct tables *tables)
{
    return tables->memory;
}

static struct tables_part *
part(const struct tables *tables, unsigned worker)
{
    char *memory = tables->memory;

    assert(worker < tables->workers);
    return (struct tables_part *)(void *)(memory + sizeof(struct tables_whole) +
                                          worker * tables->stride);
}

static size_t
pages(size_t size)
{
    return (size + PAGE - 1) / PAGE * PAGE;
}

static size_t
trace_offset(const struct tables *tables)
{
    return sizeof(struct tables_part) + pages(rows_size(tables->connections));
}

static struct tables
lay_out(const struct tables_plan *plan)
{
    struct tables tables = { .workers = plan->workers,
                             .connections = plan->connections,
                             .events = plan->events };

    tables.stride = trace_offset(&tables) + pages(trace_size(plan->events));
    tables.size = sizeof(struct tables_whole) + plan->workers * tables.stride;
    return tables;
}

size_t
tables_size(const struct tables_plan *plan)
{
    return lay_out(plan).size;
}

int
tables_create(struct tables *tables, const struct tables_plan *plan)
{
    struct tables_whole *memory;

    *tables = lay_out(plan);
    memory = mmap(NULL, tables->size, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return -errno;
    madvise(memory, tables->size, MADV_DONTDUMP);
    tables->created = clock_wall();
    tables->memory = memory;
    for (unsigned i = 0; i < plan->workers; i++)
        trace_init(tables_trace(tables, i), plan->events);
    return 0;
}

void
tables_destroy(struct tables *tables)
{
    if (tables->memory)
        munmap(tables->memory, tables->size);
    tables->memory = NULL;
}

void
tables_keep(const struct tables *tables, unsigned worker)
{
    char *first = (char *)part(tables, 0);
    char *mine = (char *)part(tables, worker);
    const size_t behind = tables->workers - 1 - worker;

    if (worker > 0)
        munmap(first, (size_t)(mine - first));
    if (behind > 0)
        munmap(mine + tables->stride, behind * tables->stride);
}

struct sampler_table *
tables_cpu(const struct tables *tables, unsigned worker)
{
    return &part(tables, worker)->cpu;
}

struct heap_table *
tables_heap(const struct tables *tables, unsigned worker)
{
    return &part(tables, worker)->heap;
}

struct stacks *
tables_block(const struct tables *tables, unsigned worker)
{
    return (struct stacks *)part(tables, worker)->block;
}

struct mutex_table *
tables_mutex(const struct tables *tables, unsigned worker)
{
    return &part(tables, worker)->mutex;
}

struct rows *
tables_rows(const struct tables *tables, unsigned worker)
{
    return (struct rows *)(part(tables, worker) + 1);
}

struct trace *
tables_trace(const struct tables *tables, unsigned worker)
{
    return (struct trace *)(void *)((char *)part(tables, worker) + trace_offset(tables));
}

struct dump_record *
tables_dump(const struct tables *tables, unsigned worker)
{
    return &part(tables, worker)->dump;
}

struct crash_record *
tables_crash(const struct tables *tables, unsigned process)
{
    if (process < tables->workers)
        return &part(tables, process)->crash;
    assert(process <= tables_master(tables));
    return &tables_whole(tables)->crashes[process - tables->workers];
}
