/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vars: builds the JSON value with jansson and writes it at once. Without memory the answer is
 * 500. Known weakness: JSON has 64 bit signed integers at best, and many readers take 53 bits.
 */
#include "observer/vars.h"

#include <jansson.h>
#include <stdlib.h>

#include "observer/totals.h"

#define NS 1e9 /* a second's */

static json_t *
integer(uint64_t value)
{
    return json_integer((json_int_t)value);
}

/* Arguments are any bytes, JSON's strings are UTF-8: what is not becomes a question mark. */
static json_t *
string(const char *text)
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
        json_array_append_new(list, string(*argument));
    return list;
}

/* The names of Go's runtime.MemStats, for what tcmalloc has too. */
static json_t *
memory_statistics(const struct slot_memory *memory)
{
    uint64_t heap = memory->heap + memory->released;
    uint64_t idle = memory->page_heap + memory->released;

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", /**/
                     "Alloc", integer(memory->in_use),                /**/
                     "Sys", integer(heap),                            /**/
                     "Mallocs", integer(memory->allocations),         /**/
                     "HeapAlloc", integer(memory->in_use),            /**/
                     "HeapSys", integer(heap),                        /**/
                     "HeapIdle", integer(idle),                       /**/
                     "HeapInuse", integer(heap > idle ? heap - idle : 0), "HeapReleased",
                     integer(memory->released), /**/
                     "CacheFree", integer(memory->thread_cache + memory->central));
}

static json_t *
status_classes(const struct slot_counters *counters)
{
    json_t *classes = json_object();
    char name[] = "1xx";

    for (unsigned i = 0; i < SLOTS_STATUS_CLASSES; i++) {
        name[0] = (char)('1' + i);
        json_object_set_new(classes, name, integer(counters->status[i]));
    }
    return classes;
}

static json_t *
one_worker(const struct totals_worker *worker)
{
    const struct slot *slot = worker->slot;
    struct slot_counters served = { 0 };

    slot_counters_sum(&served, &slot->served);
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:f, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
        "generation", integer(worker->view->generation), /**/
        "worker", integer(worker->number),               /**/
        "pid", integer((uint64_t)worker->pid),           /**/
        "spawned", integer(worker->spawned),             /**/
        "cpu_seconds", (double)worker->cpu_ns / NS,      /**/
        "pss_bytes", integer(worker->pss),               /**/
        "connections", integer(slot_read(&slot->connections)), "accepted",
        integer(slot_read(&slot->accepted)),         /**/
        "given", integer(slot_read(&slot->given)),   /**/
        "taken", integer(slot_read(&slot->taken)),   /**/
        "requests", integer(served.requests),        /**/
        "sent_bytes", integer(served.bytes),         /**/
        "status", status_classes(&served),           /**/
        "turns", integer(slot_read(&slot->turns)),   /**/
        "stalls", integer(slot_read(&slot->stalls)), /**/
        "reads", integer(slot_read(&slot->reads)));
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
all_objects(const struct view *view)
{
    json_t *objects = json_object();

    for (unsigned i = 0; i < view->catalogue->count; i++) {
        const struct object *object = &view->catalogue->objects[i];
        const struct slot_counters counters = totals_object(view, i);

        json_object_set_new(objects, object->asset->path,
                            json_pack("{s:s, s:o, s:o, s:o, s:o}", /**/
                                      "variant",
                                      config_variant_name(object->asset->variant),      /**/
                                      "length", integer(object->representation.length), /**/
                                      "requests", integer(counters.requests),           /**/
                                      "sent_bytes", integer(counters.bytes),            /**/
                                      "status", status_classes(&counters)));
    }
    return objects;
}

static json_t *
whole(const struct view *view)
{
    struct totals totals;

    totals_take(view, &totals);
    return json_pack("{s:f, s:o, s:f, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", /**/
                     "start_time_seconds", (double)view->roster->started / NS,  /**/
                     "generation", integer(view->generation),                   /**/
                     "cpu_seconds", (double)totals.cpu_ns / NS,                 /**/
                     "restarts", integer(totals.restarts),                      /**/
                     "accepted", integer(totals.sum.accepted),                  /**/
                     "requests", integer(totals.sum.served.requests),           /**/
                     "sent_bytes", integer(totals.sum.served.bytes),            /**/
                     "status", status_classes(&totals.sum.served),              /**/
                     "turns", integer(totals.sum.turns),                        /**/
                     "stalls", integer(totals.sum.stalls),                      /**/
                     "reads", integer(totals.sum.reads));
}

/* NULL without memory. */
static json_t *
all(const struct view *view)
{
    unsigned count;
    struct totals_worker *workers = totals_workers(view, &count);
    struct slot_memory memory;
    json_t *value;

    if (workers == NULL)
        return NULL;
    memory = totals_memory(workers, count);
    value = json_pack("{s:o, s:o, s:o, s:o, s:o}",            /**/
                      "cmdline", command_line(view),          /**/
                      "memstats", memory_statistics(&memory), /**/
                      "totals", whole(view),                  /**/
                      "workers", all_workers(workers, count), /**/
                      "objects", all_objects(view));
    free(workers);
    return value;
}

void
vars_write(struct page *page)
{
    json_t *value = all(page->view);

    page->type = PAGE_JSON;
    if (value == NULL || json_dumpf(value, page->out, JSON_INDENT(1)) < 0)
        page_refuse(page, 500, "out of memory");
    else
        fputc('\n', page->out);
    json_decref(value);
}
