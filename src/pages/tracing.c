/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracing: follows the rings of all workers in short steps, since a busy one is overwritten
 * several times a second. Where that was not often enough the trace says so.
 */
#include "pages/tracing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format/chrome.h"
#include "observer/scope.h"

#define STEP_MS 10

/* One worker's. */
struct follower {
    const struct view *view;
    unsigned worker;
    uint64_t since;
    struct trace_copy copy;
    char name[64];
};

struct followers {
    struct follower *items;
    size_t count;
    size_t events;       /* that all of them have */
    uint32_t connection; /* of each; 0: all */
    struct event_window window;
};

static int
tracing_start(struct followers *followers, const struct scope *scope, const struct view *newest)
{
    const struct view *view;
    unsigned worker;

    while (scope_worker(scope, newest, (unsigned)followers->count, &worker))
        followers->count++;
    if ((followers->items = calloc(followers->count, sizeof(*followers->items))) == NULL)
        return -ENOMEM;
    followers->window.from = followers->window.until = trace_now();
    for (unsigned i = 0; (view = scope_worker(scope, newest, i, &worker)) != NULL; i++) {
        struct follower *follower = &followers->items[i];

        *follower = (struct follower){ .view = view, .worker = worker };
        follower->since = trace_written(tables_trace(view->shared->tables, worker));
        snprintf(follower->name, sizeof(follower->name),
                 view->shared->generation > 0 ? "worker %u of generation %u" : "worker %u",
                 worker, view->shared->generation);
    }
    return 0;
}

/* Drops the events of other connections, from a place on. What is missing stays said. */
static void
keep_connection(struct trace_copy *copy, size_t from, uint32_t connection)
{
    size_t kept = from;

    for (size_t i = from; i < copy->count; i++)
        if (copy->events[i].connection == connection || copy->events[i].kind == TRACE_GAP)
            copy->events[kept++] = copy->events[i];
    copy->count = kept;
}

/* Adds what has come since the last time. */
static int
follow(struct followers *followers)
{
    followers->events = 0;
    for (size_t i = 0; i < followers->count; i++) {
        struct follower *follower = &followers->items[i];
        const struct tables *tables = follower->view->shared->tables;
        const size_t before = follower->copy.count;

        if (trace_take(tables_trace(tables, follower->worker), tables->events, &follower->since,
                       &follower->copy) < 0)
            return -ENOMEM;
        if (followers->connection != 0)
            keep_connection(&follower->copy, before, followers->connection);
        followers->events += follower->copy.count;
    }
    followers->window.until = trace_now();
    return 0;
}

static int
watch(struct page *page, struct followers *followers)
{
    uint64_t end = followers->window.from + page->query.seconds * UINT64_C(1000000000);
    int error = 0;

    while (error == 0 && followers->events < TRACING_MAX && followers->window.until < end &&
           !page->head_only && page_wait(page, STEP_MS))
        error = follow(followers);
    return error;
}

static int
print(struct page *page, const struct followers *followers)
{
    struct chrome_process *processes = calloc(followers->count, sizeof(*processes));
    int error;

    if (processes == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < followers->count; i++) {
        const struct follower *follower = &followers->items[i];
        pid_t pid = roster_pid(follower->view->shared->roster, follower->worker);

        processes[i] = (struct chrome_process){ .pid = pid > 0 ? pid : (pid_t)i,
                                                .name = follower->name,
                                                .trace = &follower->copy,
                                                .labels = &follower->view->shared->labels };
    }
    error = chrome_write(processes, followers->count, followers->window, page->out);
    free(processes);
    return error;
}

void
tracing_write(struct page *page)
{
    struct scope scope = scope_of(page->view, page->query.worker);
    struct followers followers = { .connection = page->query.connection };
    int error;

    if (page->view->shared->tables->events == 0) {
        page_refuse(page, 503, "workers note no events; see [debug] in tiffd.ini(5)");
        return;
    }
    page->type = PAGE_JSON;
    page->file_name = "trace.json";
    error = tracing_start(&followers, &scope, page->view);
    if (error == 0)
        error = watch(page, &followers);
    if (error == 0 && !page->abandoned)
        error = print(page, &followers);
    if (error < 0)
        page_fail(page, error);
    for (size_t i = 0; followers.items && i < followers.count; i++)
        trace_free(&followers.items[i].copy);
    free(followers.items);
}

uint64_t
tracing_count(const struct shared *shared, unsigned worker)
{
    return trace_written(tables_trace(shared->tables, worker));
}
