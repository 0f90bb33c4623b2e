/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * master: boot, the loop that waits for signals and deadlines, and the end. What signals mean
 * is in actions.c, a reload in reload.c, the end of generations in ending.c.
 *
 * Errors during boot are fatal: a line in the log, status 1, nothing left behind. Afterwards
 * only workers that keep dying are: then the others drain and the status is 1, so that a
 * service manager sees it. A reload that fails changes nothing.
 */
#include "master/master.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/signals.h"
#include "base/sink.h"
#include "base/title.h"
#include "config/config_free.h"
#include "master/actions.h"
#include "master/boot.h"
#include "master/detach.h"
#include "master/ending.h"
#include "master/pid_file.h"
#include "master/reload.h"
#include "master/serving.h"
#include "master/state.h"
#include "master/trial.h"
#include "stack/crash.h"

/* --- the loop ----------------------------------------------------------------------------- */

/* Milliseconds until something is due; -1: nothing is. */
static int
master_next_wait(const struct master *master, uint64_t now)
{
    uint64_t next = clock_earlier(serving_next(master), trial_next(master));

    next = clock_earlier(next, ending_next(master));
    next = clock_earlier(next, master->reload_at);

    if (next == 0)
        return -1;
    return next <= now ? 0 : (int)(next - now < INT_MAX ? next - now : INT_MAX);
}

static void
loop(struct master *master)
{
    while (!ending_over(master)) {
        struct pollfd fds[] = { { .fd = master->lends.signal_fd, .events = POLLIN },
                                { .fd = trial_descriptor(master), .events = POLLIN } };
        uint64_t now;

        poll(fds, COUNT(fds), master_next_wait(master, clock_now()));
        actions_run(master);
        now = clock_now();
        trial_run(master, now);
        if (master->again && !master->stopping)
            reload_run(master);
        serving_run(master, now);
        ending_run(master, now);
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

static int
lock_pid_file(struct master *master, const char *path)
{
    if (path == NULL)
        return 0;
    if ((master->lends.pid_file = pid_file_open(path)) < 0)
        return -1;
    master->pid_path = strdup(path);
    return 0;
}

/* Signals wait from the first moment. Inherited sockets are taken over before detaching changes
 * the process id that they were meant for. */
static int
master_prepare(struct master *master, const struct config *config)
{
    size_t passed;

    if (listeners_passed(&passed) < 0)
        return -1;
    if (master->options->detach)
        detach_inherited(LISTENERS_FIRST + (unsigned)passed);
    signals_ignore();
    if ((master->lends.signal_fd = signals_open()) < 0 ||
        pipe2(master->lends.pipe, O_CLOEXEC) < 0) {
        log_error("start: %s", strerror(errno));
        return -1;
    }
    if (boot_open_log(config) < 0)
        return -1;
    boot_raise_descriptor_limit(config, NULL);
    if (listeners_inherit(&master->listeners, &master->observed) < 0 ||
        go_to_background(master) < 0 || lock_pid_file(master, config->server.pid_file) < 0)
        return -1;
    return reload_plan(master, config);
}

/* Owns config from here on. */
static int
master_start(struct master *master, struct config *config, struct generation **generation)
{
    if (master_prepare(master, config) < 0) {
        config_free(config);
        return -1;
    }
    if ((*generation = generation_create(config, NULL)) == NULL)
        return -1;
    return 0;
}

/* The first workers. The terminal goes before they inherit it, the waiting parent after. */
static void
master_begin(struct master *master, struct generation *generation)
{
    const bool detach = master->options->detach;

    title_set("master");
    if (detach)
        detach_streams();
    if (detach && generation->shared.config->log.file == NULL)
        (void)!sink_reopen();
    trial_begin(master, generation);
}

static void
master_end(struct master *master)
{
    (void)!crash_arm(NULL);
    schedtrace_free(&master->schedtrace);
    if (master->newest)
        generation_destroy(master->newest, NULL, &master->total);
    listeners_close(&master->listeners);
    listeners_close(&master->observed);
    if (master->lends.pid_file >= 0)
        pid_file_remove(master->lends.pid_file, master->pid_path);
    free(master->pid_path);
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
                             .lends = { .detached = -1, .pipe = { -1, -1 }, .pid_file = -1 } };
    struct generation *generation;

    log_set_process("master");
    master.lends.listeners = &master.listeners;
    master.lends.observed = &master.observed;
    master.lends.all[0] = &master.listeners;
    master.lends.all[1] = &master.observed;
    master.lends.all[2] = &master.planned;
    master.lends.all[3] = &master.planned_debug;
    master.lends.newest = &master.newest;
    master.lends.total = &master.total;
    master.lends.arguments = options->arguments;
    if (master_start(&master, config, &generation) < 0) {
        listeners_close(&master.planned);
        listeners_close(&master.planned_debug);
        master_end(&master);
        return EXIT_FAILURE;
    }
    master_begin(&master, generation);
    loop(&master);
    master_end(&master);
    log_total(&master.total);
    return master.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
