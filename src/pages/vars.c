/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vars: builds the JSON value with jansson and writes it at once. Without memory the reply is
 * 500, or a part of it is missing. Known weakness: JSON has 64 bit signed integers at best, and
 * many readers take 53 bits.
 */
#include "pages/vars.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "pages/totals.h"
#include "pages/vars_objects.h"
#include "pages/vars_value.h"
#include "shared/counters.h"

static void
put_cpu(json_t *object, const struct totals_cpu *cpu)
{
    vars_value_seconds(object, "cpu_seconds", cpu->all_ns);
    vars_value_seconds(object, "user_cpu_seconds", cpu->user_ns);
    vars_value_seconds(object, "system_cpu_seconds", cpu->system_ns);
}

/* Arguments are any bytes, JSON's strings are UTF-8: what is not becomes a question mark. */
static json_t *
vars_string(const char *text)
{
    json_t *value = json_string(text);
    char *ascii;

    if (value || (ascii = strdup(text)) == NULL)
        return value;
    for (char *at = ascii; *at; at++)
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    value = json_string(ascii);
    free(ascii);
    return value;
}

static json_t *
command_line(const struct view *view)
{
    char *const *argument = view->arguments;
    json_t *list = json_array();

    for (; argument && *argument; argument++)
        json_array_append_new(list, vars_string(*argument));
    return list;
}

/* The names of Go's runtime.MemStats, for what tcmalloc has too. */
static json_t *
memory_statistics(const struct slot_memory *memory)
{
    const uint64_t heap = memory->heap + memory->released;
    const uint64_t idle = memory->page_heap + memory->released;
    json_t *value = json_object();

    vars_value_put(value, "Alloc", memory->in_use);
    vars_value_put(value, "Sys", heap);
    vars_value_put(value, "Mallocs", memory->allocations);
    vars_value_put(value, "HeapAlloc", memory->in_use);
    vars_value_put(value, "HeapSys", heap);
    vars_value_put(value, "HeapIdle", idle);
    vars_value_put(value, "HeapInuse", heap > idle ? heap - idle : 0);
    vars_value_put(value, "HeapReleased", memory->released);
    vars_value_put(value, "CacheFree", memory->thread_cache + memory->central);
    return value;
}

/* What a worker has counted, or, without what makes sense for one only, all of them. */
static void
put_counted(json_t *object, const struct slot *slot, bool whole)
{
    vars_value_counters(object, &slot->served);
    for (size_t i = 0; i < counters_count; i++)
        if (counters_table[i].kind == COUNTER_TOTAL && (counters_table[i].whole || !whole))
            vars_value_put(object, counters_table[i].name,
                           counter_read(&counters_table[i], slot));
}

static json_t *
one_worker(const struct totals_worker *worker)
{
    const struct slot *slot = worker->slot;
    json_t *value = json_object();

    vars_value_put(value, "generation", worker->view->shared->generation);
    vars_value_put(value, "worker", worker->number);
    vars_value_put(value, "pid", (uint64_t)worker->pid);
    vars_value_put(value, "spawned", worker->spawned);
    put_cpu(value, &worker->cpu);
    vars_value_put(value, "pss_bytes", worker->pss);
    vars_value_put(value, "connections", slot_read(&slot->connections));
    put_counted(value, slot, false);
    return value;
}

static json_t *
all_workers(const struct totals_worker *workers, unsigned count)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < count; i++)
        json_array_append_new(list, one_worker(&workers[i]));
    return list;
}

static json_t *
vars_whole(const struct view *view)
{
    json_t *value = json_object();
    struct totals totals;

    totals_take(view, &totals);
    vars_value_seconds(value, "start_time_seconds", view->shared->roster->started);
    vars_value_put(value, "generation", view->shared->generation);
    put_cpu(value, &totals.cpu);
    vars_value_put(value, "restarts", totals.restarts);
    vars_value_put(value, "connection_limit", totals_connection_limit(view));
    put_counted(value, &totals.sum, true);
    return value;
}

static json_t *
last_load(const struct load_progress *progress)
{
    json_t *value = json_object();

    json_object_set_new(value, "loading",
                        json_boolean(__atomic_load_n(&progress->loading, __ATOMIC_RELAXED)));
    vars_value_put(value, "bytes", slot_read(&progress->bytes));
    vars_value_put(value, "expected_bytes", slot_read(&progress->expected));
    return value;
}

static json_t *
last_reload(const struct roster_reload *reload)
{
    json_t *value = json_object();
    char reason[ROSTER_REASON_SIZE];

    memcpy(reason, reload->reason, sizeof(reason));
    reason[sizeof(reason) - 1] = '\0';
    json_object_set_new(value, "successful",
                        json_boolean(!__atomic_load_n(&reload->failed, __ATOMIC_RELAXED)));
    vars_value_seconds(value, "time_seconds", slot_read(&reload->at));
    json_object_set_new(value, "reason", vars_string(reason));
    return value;
}

static json_t *
vars_build(const struct view *view)
{
    const struct roster *roster = view->shared->roster;
    json_t *value = json_object();

    json_object_set_new(value, "version", json_string(PACKAGE_VERSION));
    vars_value_put(value, "master_pid", (uint64_t)roster->master);
    vars_value_put(value, "observer_pid", (uint64_t)roster->observer.pid);
    return value;
}

static json_t *
one_generation(const struct view *view)
{
    const struct config *config = view->shared->config;
    const bool newest = !__atomic_load_n(&view->shared->roster->superseded, __ATOMIC_SEQ_CST);
    const bool ending = __atomic_load_n(&view->shared->roster->ending, __ATOMIC_SEQ_CST);
    struct slot sum = { 0 };
    json_t *value = json_object();

    counters_sum(&view->shared->slots, &sum);
    vars_value_put(value, "generation", view->shared->generation);
    json_object_set_new(value, "state",
                        json_string(newest && !ending ? "serving" : "draining"));
    json_object_set_new(value, "variant",
                        json_string(config_variant_name(config->server.variant)));
    vars_value_put(value, "workers", config->server.workers);
    vars_value_put(value, "objects", view->shared->catalogue->count);
    vars_value_put(value, "connections", sum.connections);
    vars_value_counters(value, &sum.served);
    return value;
}

static json_t *
all_generations(const struct view *view)
{
    json_t *list = json_array();

    for (; view; view = view->older)
        json_array_append_new(list, one_generation(view));
    return list;
}

/* NULL without memory. */
static json_t *
all(const struct view *view, unsigned limit)
{
    unsigned count;
    struct totals_worker *workers = totals_workers(view, &count);
    struct slot_memory memory;
    json_t *value;

    if (workers == NULL)
        return NULL;
    memory = totals_memory(workers, count);
    value = json_object();
    json_object_set_new(value, "cmdline", command_line(view));
    json_object_set_new(value, "build", vars_build(view));
    json_object_set_new(value, "memstats", memory_statistics(&memory));
    json_object_set_new(value, "totals", vars_whole(view));
    json_object_set_new(value, "load", last_load(view->progress));
    json_object_set_new(value, "reload", last_reload(&view->shared->roster->reload));
    json_object_set_new(value, "workers", all_workers(workers, count));
    json_object_set_new(value, "generations", all_generations(view));
    json_object_set_new(value, "sections", vars_objects_sections(view, limit));
    json_object_set_new(value, "objects", vars_objects(view, limit));
    json_object_set_new(value, "trees", vars_objects_trees(view, limit));
    vars_value_put(value, "object_count", view->shared->catalogue->count);
    free(workers);
    return value;
}

void
vars_write(struct page *page)
{
    json_t *value = all(page->view, query_rows(&page->query));

    page->type = PAGE_JSON;
    if (value == NULL || json_dumpf(value, page->out, JSON_INDENT(1)) < 0)
        page_refuse(page, 500, "out of memory");
    else
        fputc('\n', page->out);
    json_decref(value);
}
