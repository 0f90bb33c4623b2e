/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * instruments: what measures one generation: the tables of its profiles, the list of its
 * processes, and its profile files.
 */
#ifndef MASTER_INSTRUMENTS_H
#define MASTER_INSTRUMENTS_H

#include <stdbool.h>

#include "config/config.h"
#include "master/profile_files.h"
#include "object/catalogue.h"
#include "profile/tables.h"
#include "shared/roster.h"

struct instruments {
    struct tables tables;
    struct roster *roster;
    struct label_names labels; /* object i is label i + 1 */
    struct profile_files *profile_files;
    const struct confinement *confinement; /* set before instruments_create() */
    struct file_owner owner;               /* of files that profiles and traces go to */
    unsigned keep;                         /* such files a worker and kind */
    char *prefixes[2]; /* of CPU and heap profiles, with their directory; NULL: none */
};

/* previous: of the generation before, or NULL. Borrows config and catalogue. 0, or -1 with a
 * line in the log; instruments_release() in both cases. */
int instruments_create(struct instruments *instruments, const struct config *config,
                       const struct catalogue *catalogue, unsigned generation,
                       const struct instruments *previous) __attribute__((warn_unused_result));
void instruments_release(struct instruments *instruments);

#endif
