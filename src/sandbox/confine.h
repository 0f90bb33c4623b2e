/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * confine: children that do one thing in a sandbox of their own: who they become, what they may
 * open, and work that is done apart because what it reads is not trusted.
 */
#ifndef SANDBOX_CONFINE_H
#define SANDBOX_CONFINE_H

#include "base/identity.h"
#include "sandbox/sandbox.h"

#define CONFINE_PATHS 64

/* What the processes of a generation are confined to. */
struct confinement {
    enum sandbox_mode mode;
    struct identity identity; /* of those that need no files of others */
};

struct confine_paths {
    struct sandbox_path items[CONFINE_PATHS]; /* the last one ends the list */
    unsigned count;
    char *folders[CONFINE_PATHS]; /* owned, of the paths among the items */
    unsigned folder_count;
};

/* Borrows the path; what there is no room for is left out. */
void confine_add(struct confine_paths *paths, const char *path, bool write);

/* The folder of a file that will be written. Without memory it is left out; NULL: nothing. */
void confine_add_folder(struct confine_paths *paths, const char *file);

/* What is read to give addresses names: the program, libraries, debug information and /proc. */
void confine_add_code(struct confine_paths *paths);

/* Leaves an empty list. */
void confine_free(struct confine_paths *paths);

/* Becomes the confinement's user, if this kind does, and enters. 0 or a negative errno, with a
 * line in the log: then the process must not continue. */
int confine_enter(const struct confinement *confinement, enum sandbox_kind kind,
                  const struct confine_paths *paths) __attribute__((warn_unused_result));

/* The same with a list of any length, whose last path is NULL. */
int confine_enter_paths(const struct confinement *confinement, enum sandbox_kind kind,
                        const struct sandbox_path *paths) __attribute__((warn_unused_result));

/* The same for those that read code. */
int confine_reader(const struct confinement *confinement, enum sandbox_kind kind)
    __attribute__((warn_unused_result));

/* Has a child (SANDBOX_REPORTER) do the work, and waits for it; SIGALRM ends it after
 * CHILD_SECONDS. 0, or a negative errno: it has not been done to its end. */
int confine_apart(const struct confinement *confinement, void (*work)(void *argument),
                  void *argument) __attribute__((warn_unused_result));

#endif
