/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader: the process that reads objects for the master: opens their files, and then, in its
 * sandbox, reads, encodes and hashes them with one thread per CPU, up to 16. Disks may be slow
 * and memory may be short: the master waits for neither, and is not the process that the kernel
 * kills.
 */
#ifndef LOADER_LOADER_H
#define LOADER_LOADER_H

#include <sys/types.h>

#include "object/catalogue.h"
#include "sandbox/confine.h"
#include "shared/load_progress.h"

struct loader_inherit {
    struct catalogue *catalogue;
    const struct catalogue *previous; /* of the generation before; NULL: none */
    unsigned workers;                 /* to come */
    const struct confinement *confinement;
    struct load_progress *progress;
    int socket; /* see handover.h */
    pid_t master;
};

/* The loader's whole life; ends with status 0 when all is handed over, and otherwise 1 with a
 * line in the log. Call in the child right after fork(2), which has no other descriptors. */
_Noreturn void loader_run(const struct loader_inherit *inherit);

#endif
