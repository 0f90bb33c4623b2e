/* SPDX-License-Identifier: BSD-2-Clause */
/* state: the master's state, shared by the files of this folder. */
#ifndef MASTER_STATE_H
#define MASTER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/child.h"
#include "master/control.h"
#include "master/gap.h"
#include "master/generation.h"
#include "master/listeners.h"
#include "master/loading.h"
#include "master/log_writer.h"
#include "master/manager.h"
#include "master/master.h"
#include "master/pid_file.h"
#include "master/sampling.h"
#include "master/schedtrace.h"
#include "master/spawn.h"
#include "master/takeover.h"
#include "master/upgrade.h"
#include "master/watching.h"

struct master {
    const struct master_options *options;
    struct listeners listeners;
    struct listeners observed; /* of [debug] */
    struct listeners planned;  /* what they become if the startup succeeds */
    struct listeners planned_debug;
    struct spawn_resources resources;
    struct pid_file pid_file;
    struct pid_file planned_pid_file; /* what it becomes if the startup succeeds */
    bool log_changes;                 /* if the startup succeeds, so do these */
    bool pid_file_changes;
    char *program;            /* that an upgrade starts, see program.h */
    struct takeover takeover; /* from an old master */
    struct upgrade upgrade;   /* to a new program */
    struct log_writers log_writers;
    const struct log_writer *log_writer; /* that of the log; NULL: there is none */
    struct manager manager;              /* of services, such as systemd */
    struct control control;              /* the control socket */
    struct generation *newest;
    struct loading loading;       /* of the newest's objects */
    struct slot total;            /* of generations that are gone */
    uint64_t record_at;           /* when profiles are to be written; 0: never */
    struct schedtrace schedtrace; /* of lines in the terminal */
    struct sampling sampling;     /* for the history */
    struct child status_dump;     /* that writes a status dump */
    uint64_t abandon_at;          /* ending: when children that write are killed; 0: never */
    uint64_t startup_deadline;    /* see startup.h */
    unsigned workers;             /* requested by signal; 0: as configured */
    struct watching watching;     /* of files whose changes lead to a reload */
    struct gap gap;               /* while objects wait for room */
    bool reload_wanted;           /* one was requested, and has not begun */
    uint64_t reload_at;           /* for no longer than until then; 0: nothing waits */
    bool stopping;
    uint64_t close_at; /* stopping: when listeners are closed; 0: they are */
    bool told;         /* stopping: by a signal; the next one is to be quick */
    bool replaced;     /* stopping: a new program has taken over */
    bool failed;
};

/* The generation that accepts: the newest, or during its startup the one before. NULL: the
 * first one is starting. */
static inline struct generation *
state_serving(const struct master *master)
{
    return master->newest->starting ? master->newest->older : master->newest;
}

#endif
