/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * landlock: restricts the files that a process may access, and forbids bind and connect. The
 * filter also forbids most of this, but only Landlock can decide by path. See landlock(7).
 */
#ifndef SANDBOX_LANDLOCK_H
#define SANDBOX_LANDLOCK_H

#include <stdbool.h>

/* A file, or a folder with everything below it. Paths that do not exist are skipped. */
struct sandbox_path {
    const char *path; /* NULL: the end of the list */
    bool write;       /* also create, write, rename and remove */
};

/* Restricts this thread, and those it creates, to these paths (NULL: none). signals: allows
 * signals to other processes. Needs no_new_privs. 0, -EOPNOTSUPP if the kernel has no Landlock,
 * or another negative errno. */
int landlock_restrict(const struct sandbox_path *paths, bool signals)
    __attribute__((warn_unused_result));

#endif
