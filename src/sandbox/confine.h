/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * confine: the sandboxes of short-lived children: their user, the paths they may open, and work
 * done in a child because it reads untrusted input.
 */
#ifndef SANDBOX_CONFINE_H
#define SANDBOX_CONFINE_H

#include "base/identity.h"
#include "sandbox/sandbox.h"

#define CONFINE_PATHS 64

/* The confinement of a generation's processes. */
struct confinement {
    enum sandbox_mode mode;
    struct identity identity; /* of processes that need no access to files of other users */
};

struct confine_paths {
    struct sandbox_path items[CONFINE_PATHS]; /* the last one terminates the list */
    unsigned count;
    char *folders[CONFINE_PATHS]; /* owned; folders among the items */
    unsigned folder_count;
};

/* Borrows the path. Ignores it if the list is full. */
void confine_add(struct confine_paths *paths, const char *path, bool write);

/* Adds the folder of a file that will be written. Ignores it if out of memory, or if file is
 * NULL. */
void confine_add_folder(struct confine_paths *paths, const char *file);

/* Adds what is read to look up symbols: the program, libraries, debug information and /proc. */
void confine_add_code(struct confine_paths *paths);

/* Empties the list. */
void confine_free(struct confine_paths *paths);

/* Changes to the confinement's user, if this kind of process does, and enters the sandbox. 0 or
 * a negative errno, which is logged: then the process must not continue. */
int confine_enter(const struct confinement *confinement, enum sandbox_kind kind,
                  const struct confine_paths *paths) __attribute__((warn_unused_result));

/* The same with a list of any length, whose last path is NULL. */
int confine_enter_paths(const struct confinement *confinement, enum sandbox_kind kind,
                        const struct sandbox_path *paths) __attribute__((warn_unused_result));

/* The same for processes that look up symbols. */
int confine_reader(const struct confinement *confinement, enum sandbox_kind kind)
    __attribute__((warn_unused_result));

/* Runs work in a child (SANDBOX_REPORTER) and waits for it. SIGALRM ends the child after
 * CHILD_SECONDS. 0, or a negative errno: the work was not completed. */
int confine_apart(const struct confinement *confinement, void (*work)(void *argument),
                  void *argument) __attribute__((warn_unused_result));

#endif
