/* SPDX-License-Identifier: BSD-2-Clause */
/* postmortem: has children of the master log the crashes of a generation's processes. */
#ifndef MASTER_POSTMORTEM_H
#define MASTER_POSTMORTEM_H

#include <sys/types.h>

#include "base/child.h"
#include "master/instruments.h"

#define POSTMORTEM_MAX 8 /* at a time; of what crashes meanwhile only the signal is known */

struct postmortem {
    unsigned count;
    struct child children[POSTMORTEM_MAX];
};

/* A process (numbered as in tables_crash()) was ended by a signal. Tells why, if it left a
 * record, and saves its last events; to be called before another one takes its place. */
void postmortem_begin(struct postmortem *postmortem, const struct instruments *instruments,
                      unsigned process, pid_t pid, const char *name);

/* Kills those that report. */
void postmortem_abandon(struct postmortem *postmortem);

#endif
