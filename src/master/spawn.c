/* SPDX-License-Identifier: BSD-2-Clause */
/* spawn: the child's side of a fork. Nothing here returns to the master's loop. */
#include "master/spawn.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/count.h"
#include "base/title.h"
#include "master/openers.h"
#include "master/orphan.h"
#include "master/watching.h"
#include "observer/observer.h"
#include "opener/opener.h"
#include "pages/pages.h"
#include "profile/heap.h"
#include "sandbox/canary.h"
#include "sandbox/sandbox.h"
#include "stack/crash.h"
#include "symbol/symbol.h"
#include "worker/worker.h"

static bool
has_descriptor(const struct listeners *listeners, int fd)
{
    for (size_t i = 0; i < listeners->count; i++)
        if (listeners->fds[i] == fd)
            return true;
    return false;
}

/* Clients would wait for ever at a listening socket that this process never accepts from. */
static void
let_go_of_listeners(const struct spawn_resources *resources, const struct listeners *own)
{
    for (size_t set = 0; set < COUNT(resources->all); set++)
        for (size_t i = 0; i < resources->all[set]->count; i++)
            if (!has_descriptor(own, resources->all[set]->fds[i]))
                close(resources->all[set]->fds[i]);
}

/* What only the master may hold. Its end of the pipe would keep the pipe open. */
static void
let_go(const struct spawn_resources *resources, const struct listeners *own)
{
    close(resources->signal_fd);
    if (resources->detached >= 0)
        close(resources->detached);
    close(resources->pipe[1]);
    for (size_t i = 0; i < COUNT(resources->pid_files); i++)
        pid_file_let_go(resources->pid_files[i]);
    takeover_let_go(resources->takeover);
    control_let_go(resources->control);
    watching_let_go(resources->watching);
    if (resources->upgrade->socket > 0)
        close(resources->upgrade->socket);
    let_go_of_listeners(resources, own);
}

/* A compromised worker can falsify only its own generation's counters and its own profile. */
static void
let_go_of_counts(const struct generation *generation, unsigned worker)
{
    tables_keep(&generation->instruments.tables, worker);
    for (struct generation *older = generation->older; older; older = older->older) {
        tables_destroy(&older->instruments.tables);
        slots_destroy(&older->shared.slots);
        census_destroy(&older->shared.census);
        roster_destroy(older->shared.roster);
    }
}

/* Otherwise the memory that they hold would live as long as this process. */
static void
let_go_of_objects(const struct generation *own, const struct spawn_resources *resources)
{
    for (const struct generation *g = *resources->newest; g; g = g->older)
        if (g != own)
            catalogue_let_go(g->shared.catalogue);
}

/* For each socket whether proxies connect there. NULL without memory. */
static const bool *
proxied_of(const struct listeners *listeners, const struct listen_list *configured)
{
    bool *proxied = calloc(listeners->count + 1, sizeof(*proxied));

    for (size_t i = 0; proxied && i < listeners->count; i++)
        proxied[i] = listeners_is_proxied(listeners, i, configured);
    return proxied;
}

static void
let_go_for_worker(const struct generation *generation, const struct spawn_resources *resources,
                  unsigned slot)
{
    let_go(resources, resources->listeners);
    generation_let_go(generation->older);
    generation_let_go_of_processes(generation);
    generation_let_go_of_memory(generation);
    generation_let_go_of_access_logs(*resources->newest, generation);
    let_go_of_objects(generation, resources);
    load_progress_destroy(resources->progress);
    history_destroy(resources->history);
    let_go_of_counts(generation, slot);
}

void
spawn_worker(const struct generation *generation, const struct spawn_resources *resources,
             unsigned slot, int channel)
{
    const struct config *config = generation->shared.config;
    const bool observed = resources->observed->count > 0;
    const struct inherit inherit = {
        .shared = &generation->shared,
        .sample_cpu = config->profile.cpu != NULL || observed,
        .sample_heap = heap_supported() && (config->profile.heap != NULL || observed),
        .publish_memory = config->debug.alloctrace > 0 || observed,
        .observed = observed,
        .listen_fds = resources->listeners->fds,
        .listen_count = resources->listeners->count,
        .listen_proxied = proxied_of(resources->listeners, &config->server.listen),
        .slot = slot,
        .doorbells = generation->doorbells,
        .handoffs = generation->handoffs,
        .lines = openers_keep(generation, slot),
        .line_count = generation->opener_count,
        .ready_fd = generation->ready_fd,
        .master_pipe = resources->pipe[0],
        .access_log = generation->access_log.outlet.fd,
        .access_torn = resources->access_torn,
        .channel = channel,
    };
    char name[32];

    canary_renew();
    let_go_for_worker(generation, resources, slot);
    sandbox_bound(config->server.sandbox);
    snprintf(name, sizeof(name), "worker %u", slot);
    symbol_stay_local();
    log_set_process(name);
    title_set("%s (%s)", name, config_variant_name(config->server.variant));
    exit(worker_run(&inherit));
}

/* What a worker shares with others, and all memory of objects. */
static void
let_go_of_generations(struct generation *generation, const struct spawn_resources *resources)
{
    generation_let_go_of_processes(generation);
    generation_let_go_of_memory(generation);
    generation_let_go_of_access_logs(*resources->newest, NULL);
    generation_let_go(generation->older);
    let_go_of_objects(NULL, resources);
    for (; generation; generation = generation->older) {
        tables_destroy(&generation->instruments.tables);
        slots_destroy(&generation->shared.slots);
        census_destroy(&generation->shared.census);
        roster_destroy(generation->shared.roster);
    }
}

void
spawn_opener(struct generation *generation, const struct spawn_resources *resources,
             const struct tree *tree, const int *sockets)
{
    static const struct listeners none;
    const struct opener_inherit inherit = {
        .catalogue = generation->catalogue,
        .tree = tree,
        .confinement = &generation->confinement,
        .directory = fcntl(tree->directory, F_DUPFD_CLOEXEC, 0),
        .sockets = sockets,
        .workers = generation->shared.config->server.workers,
        .master_pipe = resources->pipe[0],
    };

    (void)!crash_arm(NULL);
    canary_renew();
    let_go(resources, &none);
    load_progress_destroy(resources->progress);
    history_destroy(resources->history);
    let_go_of_generations(generation, resources);
    log_set_process("opener");
    title_set("opener %s", tree->asset->path);
    if (inherit.directory < 0 || sockets == NULL)
        exit(EXIT_FAILURE);
    opener_run(&inherit);
}

const struct view *
spawn_view(const struct generation *generation, const struct spawn_resources *resources)
{
    struct view *view;

    if (generation == NULL || (view = calloc(1, sizeof(*view))) == NULL)
        return NULL;
    *view = (struct view){
        .older = spawn_view(generation->older, resources),
        .shared = &generation->shared,
        .memory = generation->memory,
        .progress = resources->progress,
        .history = resources->history,
        .gone = resources->total,
        .gone_counters = generation->gone.counters,
        .gone_timings = generation->gone.timings,
        .arguments = resources->arguments,
    };
    return view;
}

void
spawn_free_view(const struct view *view)
{
    const struct view *older;

    for (; view; view = older) {
        older = view->older;
        free((void *)(uintptr_t)view);
    }
}

/* Where the observer writes when the master is gone. */
static void
add_profiles(const struct generation *generation, struct confine_paths *paths)
{
    for (; generation; generation = generation->older)
        for (int i = 0; i < 2; i++)
            confine_add_folder(paths, generation->instruments.prefixes[i]);
}

void
spawn_observer(struct generation *generation, const struct spawn_resources *resources,
               int channel)
{
    struct confine_paths paths = { 0 };
    const struct tables *tables = &generation->instruments.tables;
    const struct observer_inherit inherit = {
        .view = spawn_view(generation, resources),
        .find = pages_find,
        .listen_fds = resources->observed->fds,
        .listen_count = resources->observed->count,
        .master_pipe = resources->pipe[0],
        .channel = channel,
        .confinement = &generation->confinement,
        .paths = &paths,
        .argument = generation,
        .on_message = orphan_on_message,
        .master_gone = orphan_run,
    };
    int status;

    confine_add_code(&paths);
    add_profiles(generation, &paths);
    if (crash_arm(tables_crash(tables, tables_observer(tables))) < 0)
        log_error("crash handler: can't be installed");
    let_go(resources, resources->observed);
    generation_let_go(generation);
    generation_let_go_of_access_logs(*resources->newest, NULL);
    generation_let_go_of_processes(generation);
    symbol_stay_local();
    log_set_process("observer");
    title_set("observer");
    status = inherit.view ? observer_run(&inherit) : EXIT_FAILURE;
    confine_free(&paths);
    exit(status);
}
