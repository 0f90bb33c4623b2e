/* SPDX-License-Identifier: BSD-2-Clause */
/* process: where a process of a generation is, and what the master holds to reach it. */
#ifndef MASTER_PLACE_H
#define MASTER_PLACE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/channel.h"
#include "base/child.h"

/* It stays when the process in it is replaced. Begins zeroed. */
struct place {
    struct child child; /* its pid 0: empty */
    unsigned failures;  /* in a row, see respawn.h */
    uint64_t since;     /* ms of clock.h: when the process that is or was there began */
    uint64_t spawn_at;  /* when an empty place is to be filled; 0: never */
    int channel;        /* the master's end, see channel.h; 0: there is none */
};

/* Before the fork; *process is the end that the process gets. 0 or a negative errno. */
int place_open(struct place *place, int *process) __attribute__((warn_unused_result));

/* When the process has ended; and in every child, for what is the master's alone. */
void place_close(struct place *place);

/* Tells the process in this place something; none: nobody is told. What it does not read is
 * lost.
 */
void place_tell(const struct place *place, const struct channel_message *message,
                int descriptor);

#endif
