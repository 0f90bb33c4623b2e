/* SPDX-License-Identifier: BSD-2-Clause */
/* loading: see loading.h. */
#include "master/loading.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/title.h"
#include "loader/handover.h"
#include "loader/loader.h"
#include "master/spawn.h"
#include "object/selection.h"
#include "stack/crash.h"

static void
note_problem(struct loading *loading, const char *problem)
{
    snprintf(loading->problem, sizeof(loading->problem), "%s", problem);
}

/* --- the process -------------------------------------------------------------------------- */

static void
loader_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct loading *loading = child->owner;

    (void)pid;
    loading->ended = true;
    loading->status = end->status;
}

/* Releases the inherited memory of older generations, which the loader would otherwise keep
 * alive; but not that of the previous one, from which unchanged objects are copied. */
static _Noreturn void
become_loader(const struct loading *loading, const struct spawn_resources *resources,
              int socket, pid_t master)
{
    const struct generation *generation = loading->generation;
    const struct loader_inherit inherit = {
        .catalogue = generation->catalogue,
        .previous = loading->previous,
        .workers = generation->shared.config->server.workers,
        .confinement = &generation->confinement,
        .progress = resources->progress,
        .socket = socket,
        .master = master,
    };

    (void)!crash_arm(NULL);
    for (const struct generation *g = generation->older; g; g = g->older)
        if (g->catalogue != loading->previous)
            catalogue_let_go(g->catalogue);
    child_isolate(socket);
    title_set("loader");
    loader_run(&inherit);
}

static int
start_loader(struct loading *loading, const struct spawn_resources *resources)
{
    const pid_t master = getpid();
    int ends[2];
    int error = handover_open(ends);
    pid_t pid;

    if (error < 0)
        return error;
    loading->child.owner = loading;
    if ((pid = child_fork(&loading->child, loader_ended)) == 0)
        become_loader(loading, resources, ends[1], master);
    close(ends[1]);
    loading->socket = ends[0];
    return pid < 0 ? pid : 0;
}

/* Objects that don't fit beside the previous generation may be loaded when that has ended. */
static void
let_wait(const struct catalogue *catalogue, const struct config_server *server)
{
    for (size_t i = 0; i < catalogue->count; i++)
        catalogue->objects[i].may_wait = server->reload_order == RELOAD_OLD_FIRST;
}

static size_t
count_to_load(const struct catalogue *catalogue)
{
    size_t count = 0;

    for (size_t i = 0; i < catalogue->assets; i++)
        count += selection_loads(&catalogue->objects[i]);
    for (size_t i = 0; i < catalogue->tree_count; i++)
        count += selection_loads_tree(&catalogue->trees[i]);
    return count;
}

void
loading_begin(struct loading *loading, struct generation *generation,
              const struct generation *previous, const bool *changed,
              const struct spawn_resources *resources)
{
    int error = 0;

    *loading = (struct loading){ .socket = -1,
                                 .generation = generation,
                                 .previous = previous ? previous->catalogue : NULL };
    if (previous && changed &&
        selection_keep(generation->catalogue, changed, previous->catalogue) < 0) {
        log_error("reload: objects that have not changed can't be kept");
        note_problem(loading, "an object can't be kept");
    }
    loading->missing = count_to_load(generation->catalogue);
    if (previous)
        let_wait(generation->catalogue, &generation->shared.config->server);
    load_progress_begin(resources->progress);
    loading->ended = loading->missing == 0;
    if (loading->missing > 0 && loading->problem[0] == '\0')
        error = start_loader(loading, resources);
    if (error < 0) {
        log_error("loader: %s", strerror(-error));
        note_problem(loading, "the loader can't be forked");
    }
}

void
loading_end(struct loading *loading, const struct spawn_resources *resources)
{
    if (loading->generation == NULL)
        return;
    child_leave(&loading->child);
    if (loading->socket >= 0)
        close(loading->socket);
    load_progress_end(resources->progress);
    *loading = (struct loading){ .socket = -1 };
}

/* --- what it hands over ------------------------------------------------------------------- */

static int
attach(struct catalogue *catalogue, const struct handover_taken *taken,
       const struct catalogue *previous)
{
    if (taken->tree)
        return catalogue_attach_tree(catalogue, taken->tree, previous);
    return catalogue_attach(catalogue, taken->object, previous);
}

/* False: there is no more now. */
static bool
take_one(struct loading *loading)
{
    struct catalogue *catalogue = loading->generation->catalogue;
    struct handover_taken taken;
    int got = handover_take(loading->socket, catalogue, loading->previous, &taken);

    if (got == 1 && taken.object == NULL && taken.tree == NULL)
        return true;
    if (got == 1) {
        if (attach(catalogue, &taken, loading->previous) < 0)
            note_problem(loading, "an object can't be loaded");
        loading->missing--;
        return true;
    }
    if (got == -EPIPE) {
        close(loading->socket);
        loading->socket = -1;
    } else if (got < 0) {
        log_error("loader: %s", got == -EPROTO ? "it sent an invalid message" : strerror(-got));
        note_problem(loading, "an object can't be taken from the loader");
    }
    return false;
}

/* --- its end ------------------------------------------------------------------------------ */

/* The loader has logged its own errors. */
static void
tell_end(const struct loading *loading, char *reason)
{
    const int signal = WIFSIGNALED(loading->status) ? WTERMSIG(loading->status) : 0;

    reason[0] = '\0';
    if (loading->problem[0] != '\0')
        snprintf(reason, GENERATION_REASON_SIZE, "%s", loading->problem);
    else if (signal != 0)
        snprintf(reason, GENERATION_REASON_SIZE, "the loader was ended by signal %d (%s)%s",
                 signal, strsignal(signal),
                 signal == SIGKILL ? ", as the kernel does without memory" : "");
    else if (loading->missing > 0 || loading->status != 0)
        snprintf(reason, GENERATION_REASON_SIZE, "an object can't be loaded");
}

uint64_t
loading_next(const struct loading *loading)
{
    return loading->ended || loading->problem[0] != '\0';
}

bool
loading_over(struct loading *loading, char reason[static GENERATION_REASON_SIZE])
{
    while (loading->socket >= 0 && loading->problem[0] == '\0' && take_one(loading))
        ;
    if (!loading->ended && loading->problem[0] == '\0')
        return false;
    tell_end(loading, reason);
    if (reason[0] == '\0' &&
        catalogue_complete(loading->generation->catalogue, loading->previous) < 0)
        snprintf(reason, GENERATION_REASON_SIZE, "the trees can't be completed");
    return true;
}
