/* SPDX-License-Identifier: BSD-2-Clause */
/* process: a worker or the observer of a generation, as the master knows it. */
#ifndef MASTER_PROCESS_H
#define MASTER_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/channel.h"
#include "base/child.h"

/* A slot: it stays when its process is replaced. Begins zeroed. */
struct process {
    struct child child; /* its pid 0: the slot is empty */
    unsigned failures;  /* in a row, see respawn.h */
    uint64_t since;     /* ms of clock.h: when the process that is or was there began */
    uint64_t spawn_at;  /* when an empty slot is to be filled; 0: never */
    int channel;        /* the master's end, see channel.h; 0: there is none */
};

/* Before the fork; *theirs is the end that the process gets. 0 or a negative errno. */
int process_open(struct process *process, int *theirs) __attribute__((warn_unused_result));

/* When the process has ended; and in every child, for what is the master's alone. */
void process_close(struct process *process);

/* Sends a message to the process in this slot, if there is one. What it does not read is lost.
 */
void process_send(const struct process *process, const struct channel_message *message,
                  int descriptor);

#endif
