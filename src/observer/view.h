/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view: what the observer inherits from the master at the fork. Everything is borrowed and
 * stays for as long as the observer's process.
 */
#ifndef OBSERVER_VIEW_H
#define OBSERVER_VIEW_H

#include "base/proc_memory.h"
#include "config/config.h"
#include "object/catalogue.h"
#include "profile/tables.h"
#include "sandbox/confine.h"
#include "shared/history.h"
#include "shared/load_progress.h"
#include "shared/shared.h"

struct view {
    const struct view
        *older; /* a generation that was draining at the fork; NULL: none. Its counters are
                 * final once its workers have ended, and still count */
    const struct shared *shared;
    const struct proc_memory *memory; /* by worker; NULL: none at all */

    const struct load_progress *progress; /* of loading objects, now or last */
    const struct history *history;

    /* Totals of generations that had ended at the fork (of the newest view only). */
    const struct slot *gone;
    const struct slot_counters *gone_counters; /* by section */
    const struct slot_timing *gone_timings;    /* by section */
    char *const *arguments;                    /* the command line; NULL at the end */
};

#endif
