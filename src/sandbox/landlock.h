/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * landlock: restricts the files that a process may reach, and lets it bind and connect
 * nothing. A second lock on doors that the filter closes, and the only one on paths. See
 * landlock(7).
 */
#ifndef SANDBOX_LANDLOCK_H
#define SANDBOX_LANDLOCK_H

#include <stdbool.h>

/* A folder with all that is below it, or a file. One that is not there is passed over. */
struct sandbox_path {
    const char *path; /* NULL: the end of the list */
    bool write;       /* create, write, rename and remove, too */
};

/* This thread, and those it will make, reach these paths alone (NULL: none). signals: other
 * processes may be sent signals. Needs no_new_privs. 0, -EOPNOTSUPP where the kernel has none,
 * or another negative errno. */
int landlock_restrict(const struct sandbox_path *paths, bool signals)
    __attribute__((warn_unused_result));

#endif
