/* SPDX-License-Identifier: BSD-2-Clause */
/* reporter: has the crashes of a generation's processes told in the log, by children of the
 * master. */
#ifndef MASTER_REPORTER_H
#define MASTER_REPORTER_H

#include <sys/types.h>

#include "base/child.h"
#include "master/instruments.h"

#define REPORTER_MAX 8 /* at a time; of what crashes meanwhile only the signal is known */

struct reporter {
    unsigned count;
    struct child children[REPORTER_MAX];
};

/* A process (numbered as in tables_crash()) was ended by a signal. Tells why, if it left a
 * record, and saves its last events; to be called before another one takes its place. */
void reporter_report(struct reporter *reporter, const struct instruments *instruments,
                     unsigned process, pid_t pid, const char *name);

/* Kills those that report. */
void reporter_abandon(struct reporter *reporter);

#endif
