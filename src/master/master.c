/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * master: boot, the loop that waits for signals and deadlines, reload, and the end.
 *
 * Errors during boot are fatal: a line in the log, status 1, nothing left behind. Afterwards
 * only workers that keep dying are: then the others drain and the status is 1, so that a
 * service manager sees it. A reload that fails changes nothing.
 */
#include "master/master.h"

#include <bsd/libutil.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/signals.h"
#include "base/title.h"
#include "build.h"
#include "config/restart.h"
#include "master/boot.h"
#include "master/detach.h"
#include "master/pace.h"
#include "master/supervise.h"
#include "master/survey.h"

#define GENERATIONS_MAX 3 /* the one that serves and two that drain */

struct master {
    const struct master_options *options;
    struct listeners listeners;
    struct listeners observed; /* of [debug] */
    struct spawn_lends lends;
    struct generation *newest;
    struct slot total;  /* of generations that are gone */
    uint64_t record_at; /* when profiles are to be written; 0: never */
    struct pace pace;   /* of lines in the terminal */
    pid_t surveyor;     /* the child that makes a survey; 0: none */
    bool stopping;
    bool failed;
};

/* --- reload ------------------------------------------------------------------------------- */

static void
log_report(const struct report *report)
{
    char *line = report->text;

    while (line && *line != '\0') {
        char *end = strchr(line, '\n');

        log_error("reload: %.*s", (int)(end - line), line);
        line = end + 1;
    }
}

/* Old generations beyond the limit end at once: without one they pile up under slow clients. */
static void
retire_surplus(const struct master *master)
{
    unsigned count = 0;

    for (struct generation *g = master->newest; g; g = g->older)
        if (++count > GENERATIONS_MAX)
            supervise_signal(g, SIGINT);
}

static void
schedule_record(struct master *master, uint64_t now)
{
    uint64_t every = master->newest->config->profile.every;

    master->record_at = every == 0 ? 0 : now + every;
}

static void
set_pace(struct master *master, uint64_t now)
{
    pace_set(&master->pace, &master->newest->config->debug, master->newest, &master->total,
             now);
}

/* Both sets, or none. */
static int
update_listeners(struct master *master, const struct config *config)
{
    const int backlog = (int)config->server.backlog;
    struct listeners server;
    struct listeners debug;
    int error = listeners_plan(&server, &master->listeners, &config->server.listen, backlog);

    if (error < 0)
        return error;
    error = listeners_plan(&debug, &master->observed, &config->debug.listen, backlog);
    if (error < 0) {
        listeners_abandon(&server, &master->listeners);
        return error;
    }
    listeners_commit(&server, &master->listeners, backlog);
    listeners_commit(&debug, &master->observed, backlog);
    return 0;
}

/* What is to happen when the master crashes, and to all cores. Not fatal. */
static void
arm(const struct generation *generation)
{
    const struct tables *tables = &generation->instruments.tables;
    int error = crash_arm(tables_crash(tables, tables_master(tables)));

    if (error < 0)
        log_error("crash handler: %s", strerror(-error));
    if ((error = crash_core(generation->config->debug.core)) < 0)
        log_error("core: %s", strerror(-error));
}

static void
adopt(struct master *master, struct generation *generation)
{
    uint64_t now = clock_now();
    char names[256];

    log_set_level(generation->config->log.level);
    if (restart_needed(master->newest->config, generation->config, names, sizeof(names)) > 0)
        log_notice("reload: changed, but a restart is needed for: %s", names);
    generation->older = master->newest;
    master->newest = generation;
    arm(generation);
    recorder_replaced(generation->older->instruments.recorder);
    recorder_write(generation->older->instruments.recorder);
    supervise_relieve_observer(generation->older);
    supervise_begin(generation, &master->lends, now);
    supervise_spawn(generation, &master->lends, now);
    supervise_drain(generation->older, now, false);
    schedule_record(master, now);
    set_pace(master, now);
    retire_surplus(master);
}

static void
reload(struct master *master)
{
    const struct master_options *options = master->options;
    struct report report = { 0 };
    struct config *config;
    struct generation *generation = NULL;

    log_notice("reloading %s", options->file);
    config = generation_configure(options->file, options->overrides, options->override_count,
                                  &report);
    if (config) {
        boot_raise_descriptor_limit(config, master->newest);
        generation = generation_create(config, master->newest);
    }
    if (generation && update_listeners(master, generation->config) < 0) {
        generation_destroy(generation, NULL, &master->total);
        generation = NULL;
    }
    log_report(&report);
    report_free(&report);
    if (generation == NULL) {
        log_error("reload failed: generation %u goes on", master->newest->number);
        return;
    }
    adopt(master, generation);
    log_notice("generation %u serves", generation->number);
}

/* --- signals ------------------------------------------------------------------------------ */

static void
stop(struct master *master, int signal)
{
    bool again = master->stopping;

    master->stopping = true;
    listeners_close(&master->listeners);
    listeners_close(&master->observed);
    for (struct generation *g = master->newest; g; g = g->older) {
        supervise_drain(g, clock_now(), g == master->newest);
        if (signal == SIGINT || (signal == SIGTERM && again))
            supervise_signal(g, SIGINT);
    }
}

static void
reload_unless_stopping(struct master *master, int signal)
{
    (void)signal;
    if (!master->stopping)
        reload(master);
}

static void
give_log(const struct master *master)
{
    const struct identity *identity = &master->newest->identity;

    if (identity->user != (uid_t)-1 && log_give(identity->user, identity->group) < 0)
        log_warning("log: can't be given to the workers' user");
}

static void
reopen_logs(struct master *master, int signal)
{
    int error = log_reopen();

    if (error < 0)
        log_error("log: %s", strerror(-error));
    else
        give_log(master);
    for (struct generation *g = master->newest; g; g = g->older)
        supervise_signal(g, signal);
}

static void
reap(struct master *master, int signal)
{
    struct supervise_death death;

    (void)signal;
    while ((death.pid = wait4(-1, &death.status, WNOHANG, &death.usage)) > 0) {
        bool hopeless = false;
        struct generation *g = master->newest;

        if (death.pid == master->surveyor)
            master->surveyor = 0;
        while (g && !supervise_reap(g, &death, clock_now(), &hopeless))
            g = g->older;
        if (hopeless && !master->failed) {
            log_error("workers die before they serve: giving up");
            master->failed = true;
            stop(master, SIGQUIT);
        }
    }
}

static void
write_profiles(struct master *master, int signal)
{
    (void)signal;
    for (struct generation *g = master->newest; g; g = g->older)
        recorder_write(g->instruments.recorder);
}

/* One at a time; who asks while one is made sees that one. */
static void
survey(struct master *master, int signal)
{
    pid_t pid;

    (void)signal;
    if (master->surveyor != 0)
        return;
    if ((pid = survey_fork(master->newest, &master->lends)) < 0)
        log_error("%s: %s", signals_name(signal), strerror((int)-pid));
    else
        master->surveyor = pid;
}

static const struct {
    int signal;
    void (*act)(struct master *master, int signal);
    const char *text;
} actions[] = {
    { SIGTERM, stop, "ending when all answers are sent (again: at once)" },
    { SIGQUIT, stop, "ending when all answers are sent" },
    { SIGINT, stop, "ending at once" },
    { SIGHUP, reload_unless_stopping, NULL },
    { SIGUSR1, reopen_logs, "opening the log anew" },
    { SIGUSR2, write_profiles, "writing the profiles that are on" },
    { SIGTTIN, survey, "telling where workers are and what connections do" },
    { SIGCHLD, reap, NULL },
};

static void
act_on_signals(struct master *master)
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

/* --- the loop ----------------------------------------------------------------------------- */

/* Has the last process ended, and are the profiles on disk? */
static bool
has_ended(struct generation *generation)
{
    if (generation->alive > 0)
        return false;
    if (!generation->recorded)
        recorder_write(generation->instruments.recorder);
    generation->recorded = true;
    return !recorder_busy(generation->instruments.recorder) && generation->reporter.count == 0;
}

/* Forgets generations that have ended; the newest stays until the end. */
static void
forget_ended(struct master *master)
{
    struct generation *newer = master->newest;
    struct generation *generation;

    while ((generation = newer->older) != NULL) {
        if (!has_ended(generation)) {
            newer = generation;
            continue;
        }
        newer->older = generation->older;
        log_info("generation %u has ended", generation->number);
        generation_destroy(generation, master->newest, &master->total);
    }
}

/* The earlier of two deadlines; 0: none. */
static uint64_t
earlier(uint64_t a, uint64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static int
next_wait(const struct master *master, uint64_t now)
{
    uint64_t next = earlier(master->record_at, pace_next(&master->pace));

    for (const struct generation *g = master->newest; g; g = g->older)
        next = earlier(next, supervise_next(g));
    if (next == 0)
        return -1;
    return next <= now ? 0 : (int)(next - now < INT_MAX ? next - now : INT_MAX);
}

static void
record_periodically(struct master *master, uint64_t now)
{
    if (master->record_at == 0 || now < master->record_at)
        return;
    write_profiles(master, 0);
    schedule_record(master, now);
}

/* Not before a survey is in the log. */
static bool
over(const struct master *master)
{
    return master->stopping && master->surveyor == 0 && master->newest->older == NULL &&
           has_ended(master->newest);
}

static void
loop(struct master *master)
{
    while (!over(master)) {
        struct pollfd fd = { .fd = master->lends.signal_fd, .events = POLLIN };
        uint64_t now;

        poll(&fd, 1, next_wait(master, clock_now()));
        act_on_signals(master);
        now = clock_now();
        for (struct generation *g = master->newest; g; g = g->older) {
            supervise_enforce(g, now);
            supervise_spawn(g, &master->lends, now);
        }
        record_periodically(master, now);
        pace_run(&master->pace, master->newest, &master->total, now, STDERR_FILENO);
        forget_ended(master);
    }
}

/* --- boot and end ---------------------------------------------------------------------------
 */

static int
go_to_background(struct master *master)
{
    if (!master->options->detach || (master->lends.detached = detach_begin()) >= 0)
        return 0;
    log_error("detach: %s", strerror(-master->lends.detached));
    return -1;
}

/* Signals wait from the first moment. Inherited sockets are taken over before detaching changes
 * the process id that they were meant for. */
static int
prepare(struct master *master, const struct config *config)
{
    if ((master->lends.signal_fd = signals_open()) < 0 ||
        pipe2(master->lends.pipe, O_CLOEXEC) < 0) {
        log_error("start: %s", strerror(errno));
        return -1;
    }
    if (boot_open_log(config) < 0)
        return -1;
    boot_raise_descriptor_limit(config, NULL);
    if (listeners_inherit(&master->listeners, &master->observed) < 0 ||
        go_to_background(master) < 0 ||
        boot_write_pid_file(config->server.pid_file, &master->lends.pid_file) < 0)
        return -1;
    return update_listeners(master, config);
}

/* Owns config from here on. */
static int
start(struct master *master, struct config *config)
{
    if (prepare(master, config) < 0) {
        config_free(config);
        return -1;
    }
    if ((master->newest = generation_create(config, NULL)) == NULL)
        return -1;
    give_log(master);
    return 0;
}

/* The first workers. The terminal goes before they inherit it, the waiting parent after. */
static void
begin(struct master *master)
{
    const bool detach = master->options->detach;
    const uint64_t now = clock_now();
    const unsigned workers = master->newest->config->server.workers;

    title_set("master");
    if (detach)
        detach_streams();
    arm(master->newest);
    set_pace(master, now);
    supervise_begin(master->newest, &master->lends, now);
    supervise_spawn(master->newest, &master->lends, now);
    schedule_record(master, now);
    log_notice("tiffd %s started: %u worker%s", PACKAGE_VERSION, workers,
               workers == 1 ? "" : "s");
    if (detach)
        detach_ready(master->lends.detached);
    master->lends.detached = -1;
}

static void
end(struct master *master)
{
    (void)!crash_arm(NULL);
    pace_free(&master->pace);
    if (master->newest)
        generation_destroy(master->newest, NULL, &master->total);
    listeners_close(&master->listeners);
    listeners_close(&master->observed);
    if (master->lends.pid_file)
        pidfile_remove(master->lends.pid_file);
}

static void
log_total(const struct slot *total)
{
    log_notice("served %llu requests, %llu bytes on %llu connections",
               (unsigned long long)total->served.requests,
               (unsigned long long)total->served.bytes, (unsigned long long)total->accepted);
    log_notice("ended");
}

int
master_run(const struct master_options *options, struct config *config)
{
    struct master master = { .options = options,
                             .lends = { .detached = -1, .pipe = { -1, -1 } } };

    log_set_process("master");
    master.lends.listeners = &master.listeners;
    master.lends.observed = &master.observed;
    master.lends.total = &master.total;
    master.lends.arguments = options->arguments;
    if (start(&master, config) < 0) {
        end(&master);
        return EXIT_FAILURE;
    }
    begin(&master);
    loop(&master);
    end(&master);
    log_total(&master.total);
    return master.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
