/* SPDX-License-Identifier: BSD-2-Clause */
/* kind: the kinds of processes that have a sandbox of their own. */
#ifndef SANDBOX_KIND_H
#define SANDBOX_KIND_H

enum sandbox_kind {
    SANDBOX_WORKER,      /* serves clients; with its reader threads */
    SANDBOX_OBSERVER,    /* accepts on [debug] listen, forks for each client; reads nothing */
    SANDBOX_CLIENT,      /* a child of the observer: serves one client */
    SANDBOX_REPORTER,    /* reads ELF and DWARF: crash reports, stacks, names in profiles */
    SANDBOX_WRITER,      /* writes finished profiles to files */
    SANDBOX_LOADER,      /* reads objects for the master, with its threads; opens nothing */
    SANDBOX_TREE_LOADER, /* the same, but opens files below the directories of trees */
    SANDBOX_OPENER,      /* opens files below the directory of one tree for workers */
    SANDBOX_WATCHER,     /* notices changes of files; reads directories of trees */
    SANDBOX_LOG_WRITER,  /* writes lines of the log to its file */
    SANDBOX_KINDS
};

#endif
