/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tables: what profiles are made of, in memory that all processes of a generation share. Made
 * by the master before it forks. Each worker counts in its own tables and in nobody else's;
 * others write only what they want of it (sampler_request(), dump_ask()) and what it used
 * (sampler_retire()). Any process may read them. Memory that is never written is never there: a
 * kind of profile that is off costs nothing.
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

/* How large they are to be. */
struct tables_plan {
    unsigned workers;
    unsigned events;      /* kept by each worker, see trace.h; 0: none */
    unsigned connections; /* rows of each worker */
};

struct tables {
    void *memory;
    size_t size;
    size_t stride; /* of a worker's part */
    unsigned workers;
    unsigned connections;
    unsigned events;
    uint64_t created; /* ns since the epoch */
};

/* Bytes, should all of them be written. */
size_t tables_size(const struct tables_plan *plan);

/* 0 or a negative errno. */
int tables_create(struct tables *tables, const struct tables_plan *plan)
    __attribute__((warn_unused_result));
void tables_destroy(struct tables *tables);

/* In a worker's process: lets go of the other workers' parts, which it has no business with. */
void tables_keep(const struct tables *tables, unsigned worker);

struct sampler_table *tables_cpu(const struct tables *tables, unsigned worker);
struct heap_table *tables_heap(const struct tables *tables, unsigned worker);
/* Where connections wait; filled by block_add(). */
struct stacks *tables_block(const struct tables *tables, unsigned worker);
/* Waits for locks. */
struct mutex_table *tables_mutex(const struct tables *tables, unsigned worker);
/* What happened last. */
struct trace *tables_trace(const struct tables *tables, unsigned worker);
/* tables->connections of them: how connections stand. */
struct rows *tables_rows(const struct tables *tables, unsigned worker);
/* Where its stack is told on demand. */
struct dump_record *tables_dump(const struct tables *tables, unsigned worker);
/* Where its crash is recorded. process: a worker, or one of those below. */
struct crash_record *tables_crash(const struct tables *tables, unsigned process);

/* Processes behind the workers. */
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
