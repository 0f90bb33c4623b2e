/* SPDX-License-Identifier: BSD-2-Clause */
/* blackbox: what a worker did last, saved when it was ended by a signal. */
#ifndef MASTER_BLACKBOX_H
#define MASTER_BLACKBOX_H

#include <sys/types.h>

#include "master/instruments.h"
#include "shared/trace.h"

struct blackbox {
    const struct instruments *instruments;
    unsigned worker;
    pid_t pid;
    struct trace_copy trace;
};

/* Copies the events before another process takes the place over. Without memory, or without
 * events, the copy is empty. blackbox_free() in any case. */
void blackbox_take(struct blackbox *box, const struct instruments *instruments, unsigned worker,
                   pid_t pid);
void blackbox_free(struct blackbox *box);

/* Where profiles go to files, all events go to one: PREFIX.w<worker>.<pid>.trace.json, see
 * chrome.h. Else the last of them go to the log. Takes its time. */
void blackbox_save(const struct blackbox *box);

#endif
