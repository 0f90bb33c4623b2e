/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * instruments: what measures one generation: the tables of its profiles, and the files that
 * profiles and traces go to.
 */
#ifndef MASTER_INSTRUMENTS_H
#define MASTER_INSTRUMENTS_H

#include <stdbool.h>

#include "master/profile_files.h"
#include "profile/tables.h"
#include "shared/shared.h"

struct instruments {
    const struct shared *shared;
    struct tables tables; /* those of shared */
    struct profile_files *profile_files;
    struct file_owner owner; /* of the files */
    unsigned keep;           /* files a worker and kind */
    char *prefixes[2];       /* of CPU and heap profiles, with their directory; NULL: none */
};

/* Makes the tables that `shared` then points to; all else of it must be there, and is borrowed.
 * 0, or -1 with a line in the log; instruments_release() in both cases. */
int instruments_create(struct instruments *instruments, struct shared *shared)
    __attribute__((warn_unused_result));
void instruments_release(struct instruments *instruments);

#endif
