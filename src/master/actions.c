/* SPDX-License-Identifier: BSD-2-Clause */
/* actions: one table; tiffd(8) documents it in "Signals". */
#include "master/actions.h"

#include <signal.h>
#include <string.h>

#include "base/count.h"
#include "base/outlet.h"
#include "base/signals.h"
#include "base/sink.h"
#include "master/boot.h"
#include "master/reload.h"
#include "master/serving.h"
#include "master/shutdown.h"
#include "master/status_dump.h"
#include "master/supervise.h"

/* Its workers write what they have to the old one. */
static int
reopen_access_log(struct master *master, struct generation *generation,
                  const struct generation *newer)
{
    const int error = access_file_reopen(&generation->access_log, generation->shared.config,
                                         newer ? &newer->access_log : NULL);

    if (error < 0)
        return error;
    log_writer_take_access(master, generation);
    supervise_hand_access_log(generation);
    return 0;
}

static int
reopen_access_logs(struct master *master)
{
    const struct generation *newer = NULL;
    int error = 0;

    for (struct generation *g = master->newest; g; newer = g, g = g->older)
        if (g->access_log.path && reopen_access_log(master, g, newer) < 0)
            error = -1;
    return error;
}

bool
actions_reopen_log(struct master *master)
{
    int error = sink_reopen();

    if (error < 0)
        log_error("log: %s", outlet_problem(error));
    else
        log_writer_take(master, master->newest->shared.config);
    if (error == 0)
        log_writer_hand_log(master);
    if (reopen_access_logs(master) < 0)
        error = -1;
    return error == 0;
}

/* Masters that were replaced reopen theirs, too, and so does a new program that does not serve
 * yet. */
bool
actions_reopen(struct master *master)
{
    const bool opened = actions_reopen_log(master);

    takeover_tell(master, UPGRADE_REOPEN);
    if (upgrade_under_way(master) && master->upgrade.child.pid > 0)
        kill(master->upgrade.child.pid, SIGUSR1);
    return opened;
}

static void
reopen_logs(struct master *master, int signal)
{
    (void)signal;
    (void)!actions_reopen(master);
}

static void
actions_reap(struct master *master, int signal)
{
    (void)signal;
    child_reap();
    shutdown_of_crash_loop(master);
}

static void
write_profiles(struct master *master, int signal)
{
    (void)signal;
    serving_write_profiles(master);
}

/* One at a time: a request during a dump is answered by that dump. */
static void
dump_status(struct master *master, int signal)
{
    int error = 0;

    if (master->status_dump.pid == 0)
        error = status_dump_begin(&master->status_dump, master->newest, &master->resources);
    if (error < 0)
        log_error("%s: %s", signals_name(signal), strerror(-error));
}

/* One more or fewer than there are or were asked for, until the next SIGHUP. */
static void
change_workers(struct master *master, int signal)
{
    const unsigned now =
        master->workers != 0 ? master->workers : master->newest->shared.config->server.workers;

    if (master->stopping)
        return;
    if (signal == SIGTTIN)
        master->workers = now < RELOAD_WORKERS_MAX ? now + 1 : RELOAD_WORKERS_MAX;
    else
        master->workers = now > 1 ? now - 1 : 1;
    reload_run(master);
}

/* What the configuration says, also of the number of workers. */
static void
reload_all(struct master *master, int signal)
{
    (void)signal;
    if (master->stopping)
        return;
    master->workers = 0;
    reload_run(master);
}

static const struct {
    int signal;
    int (*number)(void); /* of a signal that is no constant */
    void (*act)(struct master *master, int signal);
    const char *text;
} actions[] = {
    { SIGTERM, NULL, shutdown_begin, "ending when all responses are sent (again: at once)" },
    { SIGQUIT, NULL, shutdown_begin, "ending when all responses are sent" },
    { SIGINT, NULL, shutdown_begin, "ending at once" },
    { SIGHUP, NULL, reload_all, NULL },
    { SIGTTIN, NULL, change_workers, "one worker more" },
    { SIGTTOU, NULL, change_workers, "one worker fewer" },
    { SIGUSR1, NULL, reopen_logs, "reopening the log" },
    { SIGUSR2, NULL, upgrade_ask, "upgrading" },
    { 0, signals_profile, write_profiles, "writing the profiles that are on" },
    { 0, signals_dump, dump_status, "logging stacks and connections" },
    { SIGCHLD, NULL, actions_reap, NULL },
};

static bool
is_meant(size_t row, int signal)
{
    return (actions[row].number ? actions[row].number() : actions[row].signal) == signal;
}

/* A second SIGTERM or SIGINT does more than the first one says. */
static const char *
text_of(const struct master *master, size_t row)
{
    if (master->told && actions[row].signal == SIGTERM)
        return "ending at once";
    if (master->told && actions[row].signal == SIGINT)
        return "ending at once, without files that are being written";
    return actions[row].text;
}

void
actions_run(struct master *master)
{
    int signal;

    while ((signal = signals_next(master->resources.signal_fd)) != 0)
        for (size_t i = 0; i < COUNT(actions); i++) {
            if (!is_meant(i, signal))
                continue;
            if (actions[i].text)
                log_notice("%s: %s", signals_name(signal), text_of(master, i));
            actions[i].act(master, signal);
        }
}
