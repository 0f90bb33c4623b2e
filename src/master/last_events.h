/* SPDX-License-Identifier: BSD-2-Clause */
/* last_events: saves the last events of a worker that was ended by a signal. */
#ifndef MASTER_LAST_EVENTS_H
#define MASTER_LAST_EVENTS_H

#include <sys/types.h>

#include "master/instruments.h"
#include "shared/trace.h"

struct last_events {
    const struct instruments *instruments;
    unsigned worker;
    pid_t pid;
    struct trace_copy trace;
};

/* Copies the events before another process takes the slot over. Without memory, or without
 * events, the copy is empty. last_events_free() in any case. */
void last_events_take(struct last_events *last, const struct instruments *instruments,
                      unsigned worker, pid_t pid);
void last_events_free(struct last_events *last);

/* Where profiles go to files, all events go to one: PREFIX.w<worker>.<pid>.trace.json, see
 * chrome.h. Else the last of them go to the log. May take long. */
void last_events_save(const struct last_events *last);

#endif
