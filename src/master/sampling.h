/* SPDX-License-Identifier: BSD-2-Clause */
/* sampling: once a second, the master adds the counters to the history, as long as there is an
 * observer to show it. */
#ifndef MASTER_SAMPLING_H
#define MASTER_SAMPLING_H

#include <stdint.h>

struct master;

struct sampling {
    uint64_t next;     /* ms of clock.h; 0: never */
    uint64_t measured; /* when pss was */
    uint64_t pss;      /* of all workers; bytes */
};

/* Does what is due, and tells when something is next; 0: never. Milliseconds of clock.h. */
void sampling_run(struct master *master, uint64_t now);
uint64_t sampling_next(const struct master *master);

#endif
