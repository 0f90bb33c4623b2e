/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader: all files are opened before any is read, so that a process that has read something
 * can open nothing, and all files are of the same moment. Threads take the largest object that
 * is left. The first failure ends the process.
 */
#include "loader/loader.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/oom.h"
#include "config/cpu.h"
#include "loader/handover.h"
#include "object/headroom.h"
#include "object/hugepage.h"
#include "sandbox/sandbox.h"

#define THREADS_MAX  16
#define ROOM_MOMENTS 200 /* of 10 ms */

struct loader {
    const struct loader_inherit *inherit;
    struct object **objects; /* to be loaded, largest first */
    size_t count;
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

    for (size_t i = 0; inherit->previous && i < inherit->catalogue->count; i++)
        catalogue_check(inherit->catalogue->objects[i].asset, &report);
    report_log(&report, "reload");
    if (report.count > 0)
        loader_end(EXIT_FAILURE);
}

static int
larger_first(const void *a, const void *b)
{
    const struct object *first = *(struct object *const *)a;
    const struct object *second = *(struct object *const *)b;

    return (first->source.size < second->source.size) -
           (first->source.size > second->source.size);
}

static void
open_files(struct loader *loader)
{
    struct catalogue *catalogue = loader->inherit->catalogue;

    loader->objects = calloc(catalogue->count, sizeof(*loader->objects));
    for (size_t i = 0; loader->objects && i < catalogue->count; i++) {
        struct object *object = &catalogue->objects[i];

        if (object->ops->load == NULL)
            continue;
        if (object->ops->open(object) < 0)
            loader_end(EXIT_FAILURE);
        load_progress_expect(loader->inherit->progress, object->source.size);
        loader->objects[loader->count++] = object;
    }
    if (loader->objects)
        qsort(loader->objects, loader->count, sizeof(*loader->objects), larger_first);
}

/* --- loading ------------------------------------------------------------------------------ */

static void
load_one(const struct loader_inherit *inherit, struct object *object)
{
    const struct object *previous = catalogue_find_file(inherit->previous, object->asset);
    const uint32_t number = (uint32_t)(object - inherit->catalogue->objects);
    int error = object->ops->load(object, previous, inherit->progress);

    if (error < 0)
        loader_end(EXIT_FAILURE);
    if ((error = handover_send(inherit->socket, object, number)) < 0) {
        log_error("%s: can't be handed over: %s", object->asset->file, strerror(-error));
        loader_end(EXIT_FAILURE);
    }
    object->ops->close(object);
}

static void *
load_some(void *argument)
{
    struct loader *loader = argument;
    size_t i;

    while ((i = __atomic_fetch_add(&loader->next, 1, __ATOMIC_RELAXED)) < loader->count)
        load_one(loader->inherit, loader->objects[i]);
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

void
loader_run(const struct loader_inherit *inherit)
{
    struct loader loader = { .inherit = inherit };
    const unsigned cpus = cpu_available(THREADS_MAX);
    const struct confine_paths nothing = { 0 };

    log_set_process("loader");
    oom_offer();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != inherit->master)
        loader_end(EXIT_FAILURE);
    headroom_open(inherit->workers);
    check_files(inherit);
    open_files(&loader);
    if (inherit->previous && catalogue_count_absent(inherit->previous) > 0)
        wait_for_room(inherit);
    if (loader.objects == NULL)
        log_error("start: out of memory");
    else if (confine_enter(inherit->confinement, SANDBOX_LOADER, &nothing) == 0) {
        load_all(&loader, cpus);
        check_absent(inherit);
        load_progress_done(inherit->progress);
        loader_end(EXIT_SUCCESS);
    }
    loader_end(EXIT_FAILURE);
}
