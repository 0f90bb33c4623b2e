/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tables: the tables of all profiles, in memory that the processes of a generation share. The
 * master creates it before it forks. Each worker writes only its own tables; other processes
 * request samples and stacks (sampler_request(), dump_ask()) and record used CPU time
 * (sampler_retire()). Any process may read. Pages that are never written use no memory: a kind
 * of profile that is off costs nothing.
 */
#ifndef PROFILE_TABLES_H
#define PROFILE_TABLES_H

#include <stddef.h>
#include <stdint.h>

struct crash_record;
struct dump_record;
struct heap_table;
struct mutex_table;
struct rows;
struct sampler_table;
struct stacks;
struct trace;

/* The sizes of the tables. */
struct tables_plan {
    unsigned workers;
    unsigned events;      /* kept by each worker, see trace.h; 0: none */
    unsigned connections; /* rows per worker */
};

struct tables {
    void *memory;
    size_t size;
    size_t stride; /* size of a worker's part */
    unsigned workers;
    unsigned connections;
    unsigned events;
    uint64_t created; /* ns since the epoch */
};

/* The size in bytes, if every page were written. */
size_t tables_size(const struct tables_plan *plan);

/* 0 or a negative errno. */
int tables_create(struct tables *tables, const struct tables_plan *plan)
    __attribute__((warn_unused_result));
void tables_destroy(struct tables *tables);

/* Call in a worker: unmaps the parts of the other workers. */
void tables_keep(const struct tables *tables, unsigned worker);

struct sampler_table *tables_cpu(const struct tables *tables, unsigned worker);
struct heap_table *tables_heap(const struct tables *tables, unsigned worker);
/* How long connections waited; filled by block_add(). */
struct stacks *tables_block(const struct tables *tables, unsigned worker);
/* Waits for locks. */
struct mutex_table *tables_mutex(const struct tables *tables, unsigned worker);
/* The last events. */
struct trace *tables_trace(const struct tables *tables, unsigned worker);
/* tables->connections rows: the state of each connection. */
struct rows *tables_rows(const struct tables *tables, unsigned worker);
/* Where the worker writes its stack on request. */
struct dump_record *tables_dump(const struct tables *tables, unsigned worker);
/* Where a process records its crash. process: a worker's number, or one of those below. */
struct crash_record *tables_crash(const struct tables *tables, unsigned process);

/* The numbers after those of the workers. */
static inline unsigned
tables_observer(const struct tables *tables)
{
    return tables->workers;
}

static inline unsigned
tables_master(const struct tables *tables)
{
    return tables->workers + 1;
}

#endif
