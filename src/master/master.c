/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * master: boot, the loop that waits for signals and deadlines, and the end. What signals mean
 * is in actions.c, a reload in reload.c, the end of generations in shutdown.c.
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
#include "base/oom.h"
#include "base/signals.h"
#include "base/title.h"
#include "config/config_free.h"
#include "master/access_file.h"
#include "master/actions.h"
#include "master/boot.h"
#include "master/cutover.h"
#include "master/detach.h"
#include "master/gap.h"
#include "master/program.h"
#include "master/reload.h"
#include "master/serving.h"
#include "master/shutdown.h"
#include "master/startup.h"
#include "master/state.h"
#include "stack/crash.h"

#define BIND_AGAIN 5   /* times, while an address is in use at the start */
#define BIND_PAUSE 500 /* milliseconds before each */

/* --- the loop ----------------------------------------------------------------------------- */

/* Milliseconds until something is due; -1: nothing is. */
static int
master_next_wait(const struct master *master, uint64_t now)
{
    uint64_t next = clock_earlier(serving_next(master), startup_next(master));

    next = clock_earlier(next, shutdown_next(master));
    next = clock_earlier(next, manager_next(master));
    next = clock_earlier(next, control_next(master));
    next = clock_earlier(next, master->reload_at);
    next = clock_earlier(next, watching_next(master));
    next = clock_earlier(next, gap_next(master));

    if (next == 0)
        return -1;
    return next <= now ? 0 : (int)(next - now < INT_MAX ? next - now : INT_MAX);
}

static void
wait_for_something(const struct master *master)
{
    struct pollfd fds[5 + TAKEOVER_MAX] = {
        { .fd = master->resources.signal_fd, .events = POLLIN },
        { .fd = startup_descriptor(master), .events = POLLIN },
        { .fd = upgrade_descriptor(master), .events = POLLIN },
        { .fd = control_descriptor(master), .events = POLLIN },
        { .fd = watching_descriptor(master), .events = POLLIN },
    };
    const unsigned peers = takeover_poll(master, fds + 5);

    poll(fds, 5 + peers, master_next_wait(master, clock_now()));
}

static void
loop(struct master *master)
{
    while (!shutdown_over(master)) {
        uint64_t now;

        wait_for_something(master);
        actions_run(master);
        now = clock_now();
        control_run(master, now);
        startup_run(master, now);
        takeover_run(master, now);
        upgrade_run(master, now);
        if (master->reload_wanted && !master->stopping)
            reload_run(master);
        watching_run(master, now);
        serving_run(master, now);
        shutdown_run(master, now);
        gap_run(master, now);
        manager_run(master, now);
    }
}

/* --- boot and end ---------------------------------------------------------------------------
 */

/* What an upgrade has started is in the background already. */
static int
go_to_background(struct master *master)
{
    if (!master->options->detach || master->takeover.upgraded ||
        (master->resources.detached = detach_begin()) >= 0)
        return 0;
    log_error("detach: %s", strerror(-master->resources.detached));
    return -1;
}

/* During an upgrade, the file names the old master until it drains. */
static int
write_pid_file(struct master *master, const char *path)
{
    if (pid_file_prepare(&master->pid_file, path, takeover_predecessor(master)) < 0)
        return -1;
    return master->takeover.upgraded ? 0 : pid_file_publish(&master->pid_file);
}

/* With -d, all other descriptors that the caller left open are closed. */
static int
check_inherited(const struct master *master)
{
    size_t passed;

    if (takeover_expected())
        return 0;
    if (listeners_passed(&passed) < 0)
        return -1;
    if (master->options->detach)
        detach_inherited(LISTENERS_FIRST + (unsigned)passed);
    return 0;
}

/* From the old master of an upgrade, or from a service manager. */
static int
take_over_sockets(struct master *master)
{
    if (takeover_expected())
        return takeover_receive(master);
    return listeners_inherit(&master->listeners, &master->observed);
}

/* What a killed master has left behind may hold an address for a moment. A signal ends the
 * waiting. */
static int
plan_patiently(struct master *master, const struct config *config)
{
    struct pollfd signals = { .fd = master->resources.signal_fd, .events = POLLIN };
    int error = cutover_plan_sockets(master, config);

    for (unsigned i = 0; i < BIND_AGAIN && error == -EADDRINUSE; i++) {
        if (poll(&signals, 1, BIND_PAUSE) != 0)
            break;
        error = cutover_plan_sockets(master, config);
    }
    return error;
}

/* Signals wait from the first moment. Inherited sockets are taken over before detaching changes
 * the process id that they were meant for. */
static int
master_prepare(struct master *master, const struct config *config)
{
    if (check_inherited(master) < 0)
        return -1;
    signals_ignore();
    if ((master->resources.signal_fd = signals_open()) < 0 ||
        pipe2(master->resources.pipe, O_CLOEXEC) < 0) {
        log_error("start: %s", strerror(errno));
        return -1;
    }
    if (boot_open_log(config) < 0)
        return -1;
    boot_raise_descriptor_limit(config, NULL);
    manager_begin(master);
    if (take_over_sockets(master) < 0 || go_to_background(master) < 0 ||
        write_pid_file(master, config->server.pid_file) < 0 ||
        control_prepare(master, config) < 0)
        return -1;
    oom_protect();
    master->resources.access_torn = access_file_share();
    if ((master->resources.progress = load_progress_create()) == NULL ||
        (master->resources.history = history_create()) == NULL ||
        master->resources.access_torn == NULL) {
        log_error("start: %s", strerror(errno));
        return -1;
    }
    return plan_patiently(master, config);
}

/* Owns config from here on. */
static int
master_start(struct master *master, struct config *config, struct generation **generation)
{
    if (master_prepare(master, config) < 0) {
        config_free(config);
        return -1;
    }
    log_writer_take(master, config);
    if ((*generation = generation_create(config, NULL, master->takeover.generation)) == NULL)
        return -1;
    return 0;
}

static void
master_end(struct master *master)
{
    (void)!crash_arm(NULL);
    watching_end(&master->watching);
    schedtrace_free(&master->schedtrace);
    if (master->newest)
        generation_destroy(master->newest, NULL, &master->total);
    master->newest = NULL;
    listeners_close(&master->listeners);
    listeners_close(&master->observed);
    pid_file_remove(&master->pid_file);
    load_progress_destroy(master->resources.progress);
    history_destroy(master->resources.history);
    control_end(master);
    free(master->program);
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
                             .loading.socket = -1,
                             .resources = { .detached = -1, .pipe = { -1, -1 } },
                             .program = program_find(options->arguments[0]) };
    struct generation *generation;

    LIST_INIT(&master.log_writers);
    log_set_process("master");
    master.resources.listeners = &master.listeners;
    master.resources.observed = &master.observed;
    master.resources.all[0] = &master.listeners;
    master.resources.all[1] = &master.observed;
    master.resources.all[2] = &master.planned;
    master.resources.all[3] = &master.planned_debug;
    master.resources.newest = &master.newest;
    master.resources.total = &master.total;
    master.resources.pid_files[0] = &master.pid_file;
    master.resources.pid_files[1] = &master.planned_pid_file;
    master.resources.takeover = &master.takeover;
    master.resources.upgrade = &master.upgrade;
    master.resources.control = &master.control;
    master.resources.watching = &master.watching;
    master.resources.arguments = options->arguments;
    if (master_start(&master, config, &generation) < 0) {
        listeners_abandon(&master.planned, &master.listeners);
        listeners_abandon(&master.planned_debug, &master.observed);
        master_end(&master);
        log_writer_end(&master);
        return EXIT_FAILURE;
    }
    title_set("master");
    startup_begin(&master, generation, NULL);
    loop(&master);
    master_end(&master);
    log_total(&master.total);
    log_writer_end(&master);
    return master.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
