/* SPDX-License-Identifier: BSD-2-Clause */
/* meter: a line on the terminal while a command takes long. */
#ifndef CTL_METER_H
#define CTL_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/contact.h"
#include "ctl/session.h"

struct meter {
    const char *verb;
    const struct contact *contact; /* who is asked how far it is; NULL: nobody */
    unsigned expected;             /* seconds that it takes; 0: unknown */
    uint64_t began;                /* ms of clock.h */
    bool shown;
};

/* What session_run() and fetch_run() are to do meanwhile; NULL where standard error is no
 * terminal. tick is the caller's memory. */
const struct session_tick *meter_begin(struct meter *meter, struct session_tick *tick);

/* Wipes the line. */
void meter_end(const struct meter *meter);

/* How far the daemon is, from its reply to "status": a load, or else connections that are to
 * end. */
void meter_describe(const char *status, char *text, size_t size);

#endif
