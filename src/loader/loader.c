/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader: the files of [asset] sections are opened before any is read, so that a process that
 * has read something can open nothing; what is loaded is what was there at one moment. Those of
 * trees may be too many: their directories are walked before, and then they are opened one by
 * one, and the sandbox admits no others. Threads take the largest file that is left. The first
 * that fails ends the process with all of them.
 */
#include "loader/loader.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/oom.h"
#include "config/cpu.h"
#include "loader/handover.h"
#include "loader/tree_load.h"
#include "object/headroom.h"
#include "object/hugepage.h"
#include "object/selection.h"
#include "sandbox/sandbox.h"

#define THREADS_MAX  16
#define ROOM_MOMENTS 200 /* of 10 ms */

/* One file to be read: an object's, or one of a tree. */
struct loader_job {
    uint64_t size;
    struct object *object; /* NULL: of a tree */
    struct tree_load *tree;
    size_t file;
};

struct loader {
    const struct loader_inherit *inherit;
    struct tree_load *trees; /* as the catalogue has them */
    struct loader_job *jobs; /* the largest file first */
    size_t count;
    size_t capacity;
    size_t next; /* that no thread has taken */
};

static _Noreturn void
loader_end(int status)
{
    sandbox_log(SANDBOX_LOADER);
    _exit(status);
}

/* --- opening ------------------------------------------------------------------------------ */

/* At a start, the master has done this when it read the configuration. */
static void
check_files(const struct loader_inherit *inherit)
{
    struct report report = { 0 };

    for (size_t i = 0; inherit->previous && i < inherit->catalogue->assets; i++)
        if (inherit->catalogue->objects[i].coding == CODING_IDENTITY &&
            !inherit->catalogue->objects[i].ready)
            catalogue_check(inherit->catalogue->objects[i].asset, &report);
    report_log(&report, "reload");
    if (report.count > 0)
        loader_end(EXIT_FAILURE);
}

static void
add_job(struct loader *loader, struct loader_job job)
{
    if (loader->count == loader->capacity) {
        loader->capacity = loader->capacity > 0 ? 2 * loader->capacity : 64;
        loader->jobs = reallocarray(loader->jobs, loader->capacity, sizeof(*loader->jobs));
    }
    if (loader->jobs == NULL) {
        log_error("start: out of memory");
        loader_end(EXIT_FAILURE);
    }
    loader->jobs[loader->count++] = job;
}

/* The file of a form in another coding need not be there: then the form may be made. */
static bool
is_missing(struct object *object)
{
    if (object->coding == CODING_IDENTITY || object->made ||
        access(object->asset->file, F_OK) == 0 || errno != ENOENT)
        return false;
    if (coding_listed(&object->asset->compress, object->coding) == NULL)
        return true;
    encoded_make(object);
    return false;
}

static void
open_files(struct loader *loader)
{
    struct catalogue *catalogue = loader->inherit->catalogue;

    for (size_t i = 0; i < catalogue->assets; i++) {
        struct object *object = &catalogue->objects[i];

        if (!selection_loads(object))
            continue;
        if (!(object->missing = is_missing(object)) && object->ops->open(object) < 0)
            loader_end(EXIT_FAILURE);
        load_progress_expect(loader->inherit->progress, object->source.size);
        add_job(loader, (struct loader_job){ .size = object->source.size, .object = object });
    }
}

/* The names of all files; they are opened when they are read, for there may be too many. */
static void
list_trees(struct loader *loader)
{
    const struct catalogue *catalogue = loader->inherit->catalogue;

    loader->trees = calloc(catalogue->tree_count + 1, sizeof(*loader->trees));
    for (size_t i = 0; loader->trees && i < catalogue->tree_count; i++)
        if (selection_loads_tree(&catalogue->trees[i]) &&
            tree_load_list(&loader->trees[i], catalogue->trees[i].asset) < 0)
            loader_end(EXIT_FAILURE);
    if (loader->trees)
        return;
    log_error("start: out of memory");
    loader_end(EXIT_FAILURE);
}

/* --- the sandbox -------------------------------------------------------------------------- */

/* By their descriptors: a path may lead elsewhere by now. */
static struct sandbox_path *
paths_of_trees(const struct loader *loader, char (*names)[32])
{
    const size_t count = loader->inherit->catalogue->tree_count;
    struct sandbox_path *paths = calloc(count + 1, sizeof(*paths));
    size_t used = 0;

    if (paths == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (!selection_loads_tree(&loader->inherit->catalogue->trees[i]))
            continue;
        snprintf(names[i], sizeof(names[i]), "/proc/self/fd/%d",
                 loader->trees[i].walk.directory);
        paths[used++] = (struct sandbox_path){ names[i], false };
    }
    return paths;
}

static bool
enter_sandbox(const struct loader *loader)
{
    const size_t count = loader->inherit->catalogue->tree_count;
    char(*names)[32] = calloc(count + 1, sizeof(*names));
    struct sandbox_path *paths = names ? paths_of_trees(loader, names) : NULL;
    const bool reads = paths && paths[0].path;
    const bool entered =
        paths && confine_enter_paths(loader->inherit->confinement,
                                     reads ? SANDBOX_TREE_LOADER : SANDBOX_LOADER, paths) == 0;

    free(paths);
    free(names);
    return entered;
}

/* --- loading ------------------------------------------------------------------------------ */

static void
load_object(const struct loader_inherit *inherit, struct object *object)
{
    const struct object *previous = catalogue_find_file(inherit->previous, object->asset);
    const uint32_t number = (uint32_t)(object - inherit->catalogue->objects);
    int error = object->missing ? 0 : object->ops->load(object, previous, inherit->progress);

    if (error < 0)
        loader_end(EXIT_FAILURE);
    if ((error = handover_send(inherit->socket, object, number)) < 0) {
        log_error("%s: can't be handed over: %s", object->asset->file, strerror(-error));
        loader_end(EXIT_FAILURE);
    }
    object->ops->close(object);
}

static void
finish_tree(const struct loader *loader, struct tree_load *load)
{
    int error = tree_load_finish(load);

    if (error < 0)
        loader_end(EXIT_FAILURE);
    error = handover_send_tree(loader->inherit->socket, &load->tree,
                               (uint32_t)(load - loader->trees));
    if (error < 0) {
        log_error("tree %s: can't be handed over: %s", load->tree.asset->path,
                  strerror(-error));
        loader_end(EXIT_FAILURE);
    }
    tree_load_free(load);
}

static void
load_one(struct loader *loader, const struct loader_job *job)
{
    bool last = false;

    if (job->object) {
        load_object(loader->inherit, job->object);
        return;
    }
    if (tree_load_read(job->tree, job->file, &last, loader->inherit->progress) < 0)
        loader_end(EXIT_FAILURE);
    if (last)
        finish_tree(loader, job->tree);
}

static void *
load_some(void *argument)
{
    struct loader *loader = argument;
    size_t i;

    while ((i = __atomic_fetch_add(&loader->next, 1, __ATOMIC_RELAXED)) < loader->count)
        load_one(loader, &loader->jobs[i]);
    return NULL;
}

/* This thread is one of them; where no others can be made it is the only one. */
static void
load_all(struct loader *loader, unsigned cpus)
{
    pthread_t threads[THREADS_MAX];
    unsigned others = 0;

    while (others + 1 < cpus && others + 1 < loader->count &&
           pthread_create(&threads[others], NULL, load_some, loader) == 0)
        others++;
    load_some(loader);
    while (others > 0)
        pthread_join(threads[--others], NULL);
}

/* --- what has to wait --------------------------------------------------------------------- */

/* Bytes of cached objects that are freed when the previous generation has ended. */
static uint64_t
bytes_to_go(const struct loader_inherit *inherit, bool *kept)
{
    const struct catalogue *previous = inherit->previous;
    uint64_t bytes = 0;

    for (size_t i = 0; i < inherit->catalogue->count; i++) {
        const struct object *object = &inherit->catalogue->objects[i];

        if (object->unchanged)
            kept[catalogue_find_file(previous, object->asset) - previous->objects] = true;
    }
    for (size_t i = 0; i < previous->count; i++)
        if (!kept[i] && previous->objects[i].ops == &object_cached &&
            !previous->objects[i].memory.reserved)
            bytes += previous->objects[i].memory.size;
    return bytes;
}

/* *last is one of them. */
static uint64_t
bytes_absent(const struct catalogue *catalogue, const struct object **last)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < catalogue->count; i++) {
        if (!catalogue->objects[i].absent)
            continue;
        *last = &catalogue->objects[i];
        bytes += hugepage_round((*last)->length);
    }
    return bytes;
}

/* The memory of a generation that has just ended is free in a moment: other processes may still
 * map it. */
static void
wait_for_room(const struct loader_inherit *inherit)
{
    const struct timespec moment = { .tv_nsec = 10000000 };
    uint64_t bytes = 0;

    for (size_t i = 0; i < inherit->catalogue->count; i++) {
        const struct object *object = &inherit->catalogue->objects[i];

        if (object->ops == &object_cached &&
            catalogue_find_file(inherit->previous, object->asset) == NULL)
            bytes += hugepage_round(object->length);
    }
    for (unsigned i = 0; i < ROOM_MOMENTS && !headroom_has(bytes); i++)
        nanosleep(&moment, NULL);
}

/* It is pointless to continue without an object for which there will be no room later either.
 */
static void
check_absent(const struct loader_inherit *inherit)
{
    const struct object *last = NULL;
    const uint64_t needed = bytes_absent(inherit->catalogue, &last);
    bool *kept;

    if (last == NULL)
        return;
    if ((kept = calloc(inherit->previous->count, sizeof(*kept))) == NULL ||
        headroom_check(last->asset->file, needed, bytes_to_go(inherit, kept)) < 0)
        loader_end(EXIT_FAILURE);
    free(kept);
}

/* --- what is to be loaded ----------------------------------------------------------------- */

static int
larger_first(const void *a, const void *b)
{
    const struct loader_job *first = a;
    const struct loader_job *second = b;

    return (first->size < second->size) - (first->size > second->size);
}

static void
prepare_tree(struct loader *loader, struct tree_load *load)
{
    if (tree_load_prepare(load, loader->inherit->previous, loader->inherit->progress) < 0)
        loader_end(EXIT_FAILURE);
    for (size_t i = 0; i < load->walk.count; i++)
        if (tree_load_wants(load, i))
            add_job(loader, (struct loader_job){
                                .size = load->entries[i].size, .tree = load, .file = i });
    if (load->left == 0)
        finish_tree(loader, load);
}

static void
prepare_jobs(struct loader *loader)
{
    const struct catalogue *catalogue = loader->inherit->catalogue;

    for (size_t i = 0; i < catalogue->tree_count; i++)
        if (selection_loads_tree(&catalogue->trees[i]))
            prepare_tree(loader, &loader->trees[i]);
    if (loader->count > 0)
        qsort(loader->jobs, loader->count, sizeof(*loader->jobs), larger_first);
}

void
loader_run(const struct loader_inherit *inherit)
{
    struct loader loader = { .inherit = inherit };
    const unsigned cpus = cpu_available(THREADS_MAX);

    log_set_process("loader");
    oom_offer();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != inherit->master)
        loader_end(EXIT_FAILURE);
    headroom_open(inherit->workers);
    check_files(inherit);
    open_files(&loader);
    list_trees(&loader);
    if (inherit->previous && catalogue_count_absent(inherit->previous) > 0)
        wait_for_room(inherit);
    if (!enter_sandbox(&loader))
        loader_end(EXIT_FAILURE);
    prepare_jobs(&loader);
    load_all(&loader, cpus);
    check_absent(inherit);
    load_progress_done(inherit->progress);
    loader_end(EXIT_SUCCESS);
}
