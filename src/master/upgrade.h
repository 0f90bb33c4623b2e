/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * upgrade: SIGUSR2 starts the program anew, from the file that is at its path now, on the same
 * sockets. This master continues until the workers of the new one serve; then it drains and
 * ends. If the new one fails, nothing has changed. takeover.h is the new one's side.
 */
#ifndef MASTER_UPGRADE_H
#define MASTER_UPGRADE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/child.h"

/* Names the descriptor of the stream socket between both, to the new program. */
#define UPGRADE_ENVIRONMENT "TIFFD_UPGRADE"

/* What the new program says there. */
#define UPGRADE_SERVING "serving\n"
#define UPGRADE_TAKEN   "taken\n"  /* the files are its own */
#define UPGRADE_STOP    "stop\n"   /* the daemon ends when all responses are sent */
#define UPGRADE_END     "end\n"    /* at once */
#define UPGRADE_REOPEN  "reopen\n" /* the log */

/* What this one says: it drains, and the files are the new one's. */
#define UPGRADE_AGREED "agreed\n"

#define UPGRADE_LINE_SIZE 64

struct master;

enum upgrade_state {
    UPGRADE_NONE,
    UPGRADE_WAITS,     /* for the end of a reload */
    UPGRADE_STARTED,   /* the new program has not said that it serves */
    UPGRADE_CANCELLED, /* it is to end */
    UPGRADE_DONE,      /* it serves, and this master drains */
    UPGRADE_FILES      /* and its are the socket and pid files */
};

struct upgrade {
    enum upgrade_state state;
    struct child child; /* the new program */
    int socket;         /* to it; 0: none */
    uint64_t until;     /* when it is told to end, or killed; 0: never */
    char line[UPGRADE_LINE_SIZE];
    size_t length; /* of the line, whose end has not come */
};

/* Why there can't be an upgrade now; NULL: nothing is against it. */
const char *upgrade_objection(const struct master *master);

/* SIGUSR2. */
void upgrade_ask(struct master *master, int signal);

/* Starts what was asked for, hears the new program, and gives it up when it takes too long. */
void upgrade_run(struct master *master, uint64_t now);

/* The daemon ends meanwhile: so does the new program, unless it serves. */
void upgrade_cancel(struct master *master);

/* Is it not yet known who serves in the end? */
bool upgrade_under_way(const struct master *master);

/* Need the new program not be waited for? */
bool upgrade_over(const struct master *master);

/* What to poll(2) for, -1: nothing; and when there is something to do, 0: never. */
int upgrade_descriptor(const struct master *master);
uint64_t upgrade_next(const struct master *master);

#endif
