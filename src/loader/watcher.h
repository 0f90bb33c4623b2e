/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watcher: the process that watches the files of sections with `watch = yes` (inotify(7)) and
 * tells the master the sections that differ from what was loaded. It reads directories, but no
 * file.
 */
#ifndef LOADER_WATCHER_H
#define LOADER_WATCHER_H

#include <sys/types.h>

#include "object/catalogue.h"
#include "sandbox/confine.h"

struct watcher_inherit {
    const struct config *config;
    const struct catalogue *catalogue; /* as it was loaded */
    const struct confinement *confinement;
    int report; /* a pipe: numbers of sections, each a uint32_t */
    pid_t master;
};

/* The process's whole life; call in the child right after fork(2), which has no other
 * descriptors. */
_Noreturn void watcher_run(const struct watcher_inherit *inherit);

#endif
