/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watcher: events only tell where to look. When they have ceased for a moment, the directories
 * are walked again and compared with the catalogue, so that lost events, events that cancel
 * each other and directories that came with files in them need no cases of their own. The first
 * look finds what changed while the objects were loaded.
 *
 * Files that the walk finds and the catalogue does not have were left out when they were read;
 * they are a change only if others were at the first look.
 */
#include "loader/watcher.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "loader/places.h"
#include "loader/walk.h"
#include "sandbox/sandbox.h"

#define DELAYS_MAX 10 /* that changes may go on before they are looked at */

/* What is watched of a section. */
struct watched {
    const struct config_asset *asset;
    const struct object *objects; /* of a tree: its files; else the object */
    size_t count;
    struct path_index index; /* of a tree */
    uint64_t others;         /* files that are not served: a sum of their names' hashes */
    uint64_t unwatched;      /* directories, for lack of watches */
    bool looked;
};

struct watcher {
    const struct watcher_inherit *inherit;
    struct places places;
    struct watched *sections; /* by number; asset NULL: it is not watched */
    bool *concerned;          /* by number */
};

/* --- looking ------------------------------------------------------------------------------ */

static void
watch_directory(void *argument, const struct config_asset *tree, int directory)
{
    struct watcher *watcher = argument;
    char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", directory);
    if (places_add(&watcher->places, path, tree->section, NULL) < 0)
        watcher->sections[tree->section].unwatched++;
}

static uint64_t
hash_name(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return hash;
}

static bool
is_as_loaded(const struct object *object, const struct walk_file *file)
{
    const struct source source = { .device = file->device,
                                   .inode = file->inode,
                                   .size = file->size,
                                   .modified = file->modified,
                                   .changed = file->changed };

    return source_same(&object->source, &source);
}

static const struct object *
find_loaded(const struct watched *watched, const char *name)
{
    char path[PATH_MAX + TREE_PATH_MAX];
    const size_t prefix = tree_prefix_length(watched->asset);
    const size_t length = prefix + strlen(name);
    uint32_t number;

    if (length >= sizeof(path))
        return NULL;
    memcpy(path, watched->asset->path, prefix);
    path[prefix - 1] = '/';
    memcpy(path + prefix, name, length - prefix);
    number = path_index_find(&watched->index, watched->objects, (struct span){ path, length });
    return number != PATH_INDEX_NONE ? &watched->objects[number] : NULL;
}

/* Files that are in the catalogue, without those that stand for their directories, too. */
static size_t
count_loaded(const struct watched *watched)
{
    size_t count = 0;

    for (size_t i = 0; i < watched->count; i++)
        count += watched->objects[i].path[watched->objects[i].path_length] == '\0';
    return count;
}

static bool
differs(const struct watcher *watcher, struct watched *watched, const struct tree_walk *walk)
{
    size_t alike = 0;
    uint64_t others = 0;
    bool newer = false;

    for (size_t i = 0; i < walk->count; i++) {
        const struct object *object = find_loaded(watched, walk_name(walk, i));

        if (object && is_as_loaded(object, &walk->files[i])) {
            alike++;
        } else if (object == NULL) {
            others += hash_name(walk_name(walk, i)) | 1;
            newer |= walk->files[i].changed.tv_sec >= watcher->inherit->catalogue->began;
        }
    }
    if (!watched->looked && !newer)
        watched->others = others;
    watched->looked = true;
    return alike != count_loaded(watched) || others != watched->others;
}

static void
tell_unwatched(const struct watched *watched, uint64_t before)
{
    if (watched->unwatched > 0 && before == 0)
        log_warning("tree %s: some of its directories are not watched: the limit "
                    "fs.inotify.max_user_watches is reached; changes there wait for a reload",
                    watched->asset->path);
}

/* A directory that can't be read now has changed, too: the loader says what is wrong. */
static bool
tree_differs(struct watcher *watcher, struct watched *watched)
{
    const struct walk_visitor visitor = { .enter = watch_directory, .argument = watcher };
    const uint64_t before = watched->unwatched;
    struct tree_walk walk;
    bool changed;

    watched->unwatched = 0;
    changed =
        walk_visit_all(&walk, watched->asset, &visitor) < 0 || differs(watcher, watched, &walk);
    tell_unwatched(watched, before);
    walk_free(&walk);
    return changed;
}

static bool
asset_differs(const struct watched *watched)
{
    const struct source *loaded = &watched->objects->source;
    struct stat status;

    return stat(watched->asset->file, &status) < 0 || status.st_dev != loaded->device ||
           status.st_ino != loaded->inode || (uint64_t)status.st_size != loaded->size ||
           status.st_mtim.tv_sec != loaded->modified.tv_sec ||
           status.st_mtim.tv_nsec != loaded->modified.tv_nsec ||
           status.st_ctim.tv_sec != loaded->changed.tv_sec ||
           status.st_ctim.tv_nsec != loaded->changed.tv_nsec;
}

/* Looks at the sections that events concern, and reports those that differ. */
static void
watcher_look(struct watcher *watcher)
{
    for (uint32_t i = 0; i < watcher->inherit->config->asset_count; i++) {
        struct watched *watched = &watcher->sections[i];

        if (!watcher->concerned[i])
            continue;
        watcher->concerned[i] = false;
        if (watched->asset->tree ? tree_differs(watcher, watched) : asset_differs(watched))
            (void)!write(watcher->inherit->report, &i, sizeof(i));
    }
}

/* --- waiting ------------------------------------------------------------------------------ */

static void
concern_all(struct watcher *watcher)
{
    for (size_t i = 0; i < watcher->inherit->config->asset_count; i++)
        watcher->concerned[i] = watcher->sections[i].asset != NULL;
}

static void
take_events(struct watcher *watcher)
{
    if (places_read(&watcher->places, watcher->concerned))
        return;
    log_notice("more has changed than fs.inotify.max_queued_events: looking at all that is "
               "watched");
    concern_all(watcher);
}

static bool
is_concerned(const struct watcher *watcher)
{
    for (size_t i = 0; i < watcher->inherit->config->asset_count; i++)
        if (watcher->concerned[i])
            return true;
    return false;
}

/* Waits until something has happened, and then nothing for the delay, or not for long enough.
 */
static void
wait_for_changes(struct watcher *watcher)
{
    const uint64_t delay = watcher->inherit->config->server.watch_delay;
    struct pollfd events = { .fd = watcher->places.fd, .events = POLLIN };
    uint64_t began = 0;

    do {
        const bool some = is_concerned(watcher);

        if (some && began == 0)
            began = clock_now();
        if (poll(&events, 1, some ? (int)delay : -1) == 0)
            return;
        take_events(watcher);
    } while (began == 0 || clock_now() - began < DELAYS_MAX * delay);
}

/* --- begin -------------------------------------------------------------------------------- */

static _Noreturn void
watcher_fail(const char *what, int error)
{
    log_error("watcher: %s: %s", what, strerror(-error));
    _exit(EXIT_FAILURE);
}

/* Links on the way lead to another place when they change, and so does what they lead to. */
static void
watch_way(struct watcher *watcher, const struct config_asset *asset)
{
    const char *path = asset->tree ? asset->directory : asset->file;
    char resolved[PATH_MAX];
    int error = places_add_way(&watcher->places, path, asset->section);

    if (error == 0 && realpath(path, resolved) && strcmp(resolved, path) != 0)
        error = places_add_way(&watcher->places, resolved, asset->section);
    if (error < 0)
        watcher_fail(path, error);
}

static bool
belongs(const struct tree *tree, const struct object *object)
{
    const uintptr_t path = (uintptr_t)object->path;

    return path >= (uintptr_t)tree->paths && path - (uintptr_t)tree->paths < tree->paths_size;
}

/* The objects of a tree stand together. */
static void
find_objects(struct watched *watched, const struct catalogue *catalogue)
{
    const struct object *const end = catalogue->objects + catalogue->count;
    const struct tree *tree = catalogue->trees;
    const struct object *first = catalogue->objects;

    while (watched->asset->tree && tree->asset != watched->asset)
        tree++;
    while (first < end &&
           (watched->asset->tree ? !belongs(tree, first) : first->asset != watched->asset))
        first++;
    watched->objects = first;
    while (watched->asset->tree && first + watched->count < end &&
           belongs(tree, first + watched->count))
        watched->count++;
}

static void
watcher_begin_section(struct watcher *watcher, const struct config_asset *asset)
{
    struct watched *watched = &watcher->sections[asset->section];
    int error = 0;

    watched->asset = asset;
    watch_way(watcher, asset);
    find_objects(watched, watcher->inherit->catalogue);
    if (asset->tree)
        error = path_index_create(&watched->index, watched->objects, watched->count);
    if (error < 0)
        watcher_fail(asset->path, error);
}

static void
begin_sections(struct watcher *watcher)
{
    const struct config *config = watcher->inherit->config;
    int error;

    watcher->sections = calloc(config->asset_count, sizeof(*watcher->sections));
    watcher->concerned = calloc(config->asset_count, sizeof(*watcher->concerned));
    if (watcher->sections == NULL || watcher->concerned == NULL)
        watcher_fail("start", -ENOMEM);
    if ((error = places_open(&watcher->places)) < 0)
        watcher_fail("inotify", error);
    for (size_t i = 0; i < config->asset_count; i++)
        if (config->assets[i].watch == CHOICE_YES &&
            config->assets[i].variant != VARIANT_EMBEDDED)
            watcher_begin_section(watcher, &config->assets[i]);
}

/* Directories of trees are read. What is on the way to them is only watched. */
static bool
watcher_enter_sandbox(const struct watcher *watcher)
{
    const struct config *config = watcher->inherit->config;
    struct sandbox_path *paths = calloc(config->asset_count + 1, sizeof(*paths));
    size_t count = 0;
    bool entered;

    for (size_t i = 0; paths && i < config->asset_count; i++)
        if (watcher->sections[i].asset && watcher->sections[i].asset->tree)
            paths[count++] = (struct sandbox_path){ config->assets[i].directory, false };
    entered = paths &&
              confine_enter_paths(watcher->inherit->confinement, SANDBOX_WATCHER, paths) == 0;
    free(paths);
    return entered;
}

void
watcher_run(const struct watcher_inherit *inherit)
{
    struct watcher watcher = { .inherit = inherit };

    log_set_process("watcher");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != inherit->master)
        _exit(EXIT_FAILURE);
    begin_sections(&watcher);
    if (!watcher_enter_sandbox(&watcher))
        _exit(EXIT_FAILURE);
    concern_all(&watcher);
    for (;;) {
        watcher_look(&watcher);
        sandbox_log(SANDBOX_WATCHER);
        wait_for_changes(&watcher);
    }
}
