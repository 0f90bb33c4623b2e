/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opener: the process that opens the files of one tree for workers, which can't open any. It
 * takes numbers of objects, one by one, and passes descriptors; it reads no file.
 */
#ifndef OPENER_OPENER_H
#define OPENER_OPENER_H

#include "object/catalogue.h"
#include "sandbox/confine.h"

struct opener_inherit {
    const struct catalogue *catalogue;
    const struct tree *tree;
    const struct confinement *confinement;
    int directory;      /* of the tree */
    const int *sockets; /* one a worker, see passing.h */
    unsigned workers;
    int master_pipe; /* readable (end of file) when the master is gone */
};

/* The process's whole life; call in the child right after fork(2). */
_Noreturn void opener_run(const struct opener_inherit *inherit);

#endif
