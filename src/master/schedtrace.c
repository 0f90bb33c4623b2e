/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schedtrace: each line shows the differences of counters since the line before. Counters in
 * slots outlive processes and are summed; those that end with a process are compared process by
 * process. Without memory, a line is lost. Known weakness: of a process
 * that ends, switches and allocations since the last line are missing.
 */
#include "master/schedtrace.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/proc.h"
#include "shared/counters.h"

/* What a line is made of. */
struct figures {
    const struct generation *newest;
    uint64_t elapsed;                    /* ms since the line before */
    uint64_t counted[SCHEDTRACE_VALUES]; /* by all processes meanwhile */
    struct slot before;                  /* totals */
    struct slot total;                   /* now */
    struct slot now;                     /* sums of what living workers have at the moment */
    unsigned workers;                    /* that serve */
    unsigned idle;                       /* of them: waiting for something to do */
    unsigned draining;                   /* of older generations */
};

/* --- counters of processes ---------------------------------------------------------------- */

/* Switches, and ns that the loop could run and did not. */
static void
read_scheduling(pid_t pid, const struct slot *slot, uint64_t values[SCHEDTRACE_VALUES])
{
    struct proc_sched sched;

    (void)slot;
    (void)proc_sched(pid, &sched);
    values[0] = proc_switches(pid);
    values[1] = sched.delay_ns;
}

static void
read_allocations(pid_t pid, const struct slot *slot, uint64_t values[SCHEDTRACE_VALUES])
{
    (void)pid;
    values[0] = slot_read(&slot->memory.allocations);
}

static size_t
schedtrace_workers(const struct generation *newest)
{
    size_t count = 0;

    for (const struct generation *g = newest; g; g = g->older)
        count += g->shared.slots.workers;
    return count;
}

/* Adds how far this process has come since the line before. */
static void
advance(const struct schedtrace_line *line, const struct schedtrace_count *count,
        uint64_t sums[SCHEDTRACE_VALUES])
{
    static const struct schedtrace_count none = { 0 };
    const struct schedtrace_count *before = &none;

    for (size_t i = 0; i < line->count; i++)
        if (line->counts[i].pid == count->pid)
            before = &line->counts[i];
    for (unsigned i = 0; i < SCHEDTRACE_VALUES; i++)
        sums[i] +=
            count->values[i] > before->values[i] ? count->values[i] - before->values[i] : 0;
}

/* Adds what all processes have counted since then. */
static void
advance_all(struct schedtrace_line *line, const struct generation *newest,
            void (*read)(pid_t, const struct slot *, uint64_t *),
            uint64_t sums[SCHEDTRACE_VALUES])
{
    struct schedtrace_count *counts = calloc(schedtrace_workers(newest), sizeof(*counts));
    size_t count = 0;

    if (counts == NULL)
        return;
    for (const struct generation *g = newest; g; g = g->older)
        for (unsigned i = 0; i < g->shared.slots.workers; i++) {
            pid_t pid = roster_pid(g->shared.roster, i);

            if (pid <= 0)
                continue;
            counts[count].pid = pid;
            read(pid, slots_worker(&g->shared.slots, i), counts[count].values);
            advance(line, &counts[count++], sums);
        }
    free(line->counts);
    line->counts = counts;
    line->count = count;
}

/* --- workers ------------------------------------------------------------------------------ */

static void
add_worker(struct figures *figures, const struct slot *slot, bool serves)
{
    figures->workers += serves;
    figures->idle += serves && slot_read(&slot->turn_began) == 0;
    figures->draining += !serves;
    counters_add(COUNTER_STATE, &figures->now, slot);
    counters_add(COUNTER_MEMORY, &figures->now, slot);
}

static void
add_workers(struct figures *figures)
{
    for (const struct generation *g = figures->newest; g; g = g->older) {
        counters_sum(&g->shared.slots, &figures->total);
        for (unsigned i = 0; i < g->shared.slots.workers; i++)
            if (roster_pid(g->shared.roster, i) > 0)
                add_worker(figures, slots_worker(&g->shared.slots, i), g == figures->newest);
    }
}

/* --- lines -------------------------------------------------------------------------------- */

/* " [3 - 4]": one number of each worker that serves; "-" where there is none. */
static void
put_each(FILE *out, const struct generation *generation, size_t offset)
{
    const size_t index = offset / sizeof(uint64_t);

    for (unsigned i = 0; i < generation->shared.slots.workers; i++) {
        const void *slot = slots_worker(&generation->shared.slots, i);

        fputs(i == 0 ? " [" : " ", out);
        if (roster_pid(generation->shared.roster, i) > 0)
            fprintf(out, "%" PRIu64, slot_read((const uint64_t *)slot + index));
        else
            fputc('-', out);
    }
    fputs("]\n", out);
}

/* " accepts=12 requests=30": those of a kind that a line has; since before, or as they are. */
static void
put_sums(FILE *out, enum counter_kind kind, const struct slot *slot, const struct slot *before)
{
    for (size_t i = 0; i < counters_count; i++) {
        const struct counter *counter = &counters_table[i];
        const uint64_t value = counter_read(counter, slot);

        if (counter->kind == kind && counter->line)
            fprintf(out, " %s=%" PRIu64, counter->line,
                    before ? value - counter_read(counter, before) : value);
    }
}

static void
put_sched(const struct figures *figures, FILE *out)
{
    fprintf(out, " workers=%u idleworkers=%u draining=%u", figures->workers, figures->idle,
            figures->draining);
    put_sums(out, COUNTER_STATE, &figures->now, NULL);
    put_sums(out, COUNTER_TOTAL, &figures->total, &figures->before);
    fprintf(out, " switches=%" PRIu64 " rundelay=%" PRIu64, figures->counted[0],
            figures->counted[1] / 1000);
    put_each(out, figures->newest, offsetof(struct slot, connections));
}

static void
put_alloc(const struct figures *figures, FILE *out)
{
    put_sums(out, COUNTER_MEMORY, &figures->now, NULL);
    fprintf(out, " allocs=%" PRIu64,
            (figures->counted[0] * 1000 + figures->elapsed / 2) / figures->elapsed);
    put_each(out, figures->newest, offsetof(struct slot, memory.in_use));
}

static const struct {
    const char *name;
    void (*read)(pid_t pid, const struct slot *slot, uint64_t *values);
    void (*put)(const struct figures *figures, FILE *out);
} kinds[SCHEDTRACE_KINDS] = {
    [SCHEDTRACE_SCHED] = { "SCHED", read_scheduling, put_sched },
    [SCHEDTRACE_ALLOC] = { "ALLOC", read_allocations, put_alloc },
};

static void
schedtrace_write_line(const struct schedtrace *schedtrace, enum schedtrace_kind kind,
                      const struct figures *figures, uint64_t now, schedtrace_writer *write)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    if (out == NULL)
        return;
    fprintf(out, "%s %" PRIu64 "ms:", kinds[kind].name, now - schedtrace->began);
    kinds[kind].put(figures, out);
    if (fclose(out) == 0)
        (void)write(text, length);
    free(text);
}

/* What the next line is compared with. The counts of processes are kept by advance_all(). */
static void
mark(struct schedtrace_line *line, const struct slot *total, uint64_t now)
{
    line->total = *total;
    line->last = now;
}

/* Late lines do not move those that follow; lines that were missed are left out. */
static void
schedtrace_run_line(struct schedtrace *schedtrace, enum schedtrace_kind kind,
                    const struct generation *newest, const struct slot *gone, uint64_t now,
                    schedtrace_writer *write)
{
    struct schedtrace_line *line = &schedtrace->lines[kind];
    struct figures figures = {
        .newest = newest, .elapsed = now - line->last, .before = line->total, .total = *gone
    };

    advance_all(line, newest, kinds[kind].read, figures.counted);
    add_workers(&figures);
    schedtrace_write_line(schedtrace, kind, &figures, now, write);
    mark(line, &figures.total, now);
    line->next += ((now - line->next) / line->every + 1) * line->every;
}

/* What was counted before lines are switched on is in none of them. */
static void
switch_on(struct schedtrace_line *line, enum schedtrace_kind kind,
          const struct generation *newest, const struct slot *gone, uint64_t now)
{
    struct figures figures = { .newest = newest, .total = *gone };

    advance_all(line, newest, kinds[kind].read, figures.counted);
    add_workers(&figures);
    mark(line, &figures.total, now);
}

/* --- schedtrace
 * --------------------------------------------------------------------------------- */

void
schedtrace_set(struct schedtrace *schedtrace, const struct config_debug *debug,
               const struct generation *newest, const struct slot *gone, uint64_t now)
{
    const uint64_t every[SCHEDTRACE_KINDS] = {
        [SCHEDTRACE_SCHED] = debug->schedtrace, [SCHEDTRACE_ALLOC] = debug->alloctrace
    };

    if (schedtrace->began == 0)
        schedtrace->began = now;
    for (enum schedtrace_kind kind = 0; kind < SCHEDTRACE_KINDS; kind++) {
        struct schedtrace_line *line = &schedtrace->lines[kind];

        if (line->every == every[kind])
            continue;
        if (line->every == 0)
            switch_on(line, kind, newest, gone, now);
        line->every = every[kind];
        line->next = line->every > 0 ? now + line->every : 0;
    }
}

uint64_t
schedtrace_next(const struct schedtrace *schedtrace)
{
    const uint64_t sched = schedtrace->lines[SCHEDTRACE_SCHED].next;
    const uint64_t alloc = schedtrace->lines[SCHEDTRACE_ALLOC].next;

    if (sched == 0 || alloc == 0)
        return sched + alloc;
    return sched < alloc ? sched : alloc;
}

void
schedtrace_run(struct schedtrace *schedtrace, const struct generation *newest,
               const struct slot *gone, uint64_t now, schedtrace_writer *write)
{
    for (enum schedtrace_kind kind = 0; kind < SCHEDTRACE_KINDS; kind++)
        if (schedtrace->lines[kind].next != 0 && schedtrace->lines[kind].next <= now)
            schedtrace_run_line(schedtrace, kind, newest, gone, now, write);
}

void
schedtrace_free(struct schedtrace *schedtrace)
{
    for (unsigned i = 0; i < SCHEDTRACE_KINDS; i++)
        free(schedtrace->lines[i].counts);
    *schedtrace = (struct schedtrace){ 0 };
}
