/* SPDX-License-Identifier: BSD-2-Clause */
/* actions: one table, which tiffd(8) tells in "Signals". */
#include "master/actions.h"

#include <signal.h>
#include <string.h>

#include "base/count.h"
#include "base/signals.h"
#include "base/sink.h"
#include "master/boot.h"
#include "master/ending.h"
#include "master/reload.h"
#include "master/serving.h"
#include "master/status_dump.h"
#include "master/supervise.h"

static void
reload_unless_stopping(struct master *master, int signal)
{
    (void)signal;
    if (!master->stopping)
        reload_run(master);
}

static void
reopen_logs(struct master *master, int signal)
{
    int error = sink_reopen();

    (void)signal;
    if (error < 0)
        log_error("log: %s", sink_problem(error));
    for (struct generation *g = master->newest; g && error == 0; g = g->older)
        supervise_hand_log(g);
}

static void
actions_reap(struct master *master, int signal)
{
    (void)signal;
    child_reap();
    ending_of_hopeless(master);
}

static void
write_profiles(struct master *master, int signal)
{
    (void)signal;
    serving_write_profiles(master);
}

/* One at a time; who asks while one is made sees that one. */
static void
dump_status(struct master *master, int signal)
{
    int error = 0;

    if (master->status_dump.pid == 0)
        error = status_dump_begin(&master->status_dump, master->newest, &master->lends);
    if (error < 0)
        log_error("%s: %s", signals_name(signal), strerror(-error));
}

static const struct {
    int signal;
    void (*act)(struct master *master, int signal);
    const char *text;
} actions[] = {
    { SIGTERM, ending_begin, "ending when all answers are sent (again: at once)" },
    { SIGQUIT, ending_begin, "ending when all answers are sent" },
    { SIGINT, ending_begin, "ending at once" },
    { SIGHUP, reload_unless_stopping, NULL },
    { SIGUSR1, reopen_logs, "opening the log anew" },
    { SIGUSR2, write_profiles, "writing the profiles that are on" },
    { SIGTTIN, dump_status, "telling where workers are and what connections do" },
    { SIGCHLD, actions_reap, NULL },
};

void
actions_run(struct master *master)
{
    int signal;

    while ((signal = signals_next(master->lends.signal_fd)) != 0)
        for (size_t i = 0; i < COUNT(actions); i++) {
            if (actions[i].signal != signal)
                continue;
            if (actions[i].text)
                log_notice("%s: %s", signals_name(signal), actions[i].text);
            actions[i].act(master, signal);
        }
}
