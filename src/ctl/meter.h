/* SPDX-License-Identifier: BSD-2-Clause */
/* meter: a progress line on the terminal while a command runs. */
#ifndef CTL_METER_H
#define CTL_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/contact.h"
#include "ctl/session.h"

struct meter {
    const char *verb;
    const struct contact *contact; /* the daemon to ask for its progress; NULL: none */
    unsigned expected;             /* expected duration in seconds; 0: unknown */
    uint64_t began;                /* ms of clock.h */
    bool shown;
};

/* Prepares tick, for session_run() and fetch_run(), and returns it; NULL if standard error is
 * not a terminal. */
const struct session_tick *meter_begin(struct meter *meter, struct session_tick *tick);

/* Erases the line. */
void meter_end(const struct meter *meter);

/* Describes the progress of the daemon from its reply to "status": a load, or connections that
 * drain. */
void meter_describe(const char *status, char *text, size_t size);

#endif
