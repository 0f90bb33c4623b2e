/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * manager: one datagram each time. If one can't be sent, a line is logged and no more are sent:
 * a daemon must not depend on its service manager.
 *
 * A worker whose loop has been in one turn for the watchdog's time counts as stuck: then no
 * keep-alive is sent, and the manager ends the service.
 */
#include "master/manager.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/notify.h"
#include "base/sink.h"
#include "master/state.h"

#define STATUS_EVERY 10000      /* milliseconds */
#define STARTING     5000       /* milliseconds between two signs that the start continues */
#define STARTING_FOR "30000000" /* microseconds that such a sign is good for */
#define TEXT_MAX     512

static void __attribute__((format(printf, 2, 3)))
manager_say(struct manager *manager, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;
    int error;

    if (!manager->listens)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if ((error = notify_send(text)) == 0)
        return;
    log_warning("NOTIFY_SOCKET: the service manager can't be notified: %s", strerror(-error));
    manager->listens = false;
}

/* WATCHDOG_PID says whom it is meant for. An upgraded program has another id and is watched all
 * the same, once it is the main process. */
static uint64_t
watchdog_period(const struct master *master)
{
    const char *usec = getenv("WATCHDOG_USEC");
    const char *pid = getenv("WATCHDOG_PID");

    if (usec == NULL || (pid && atoll(pid) != getpid() && !master->takeover.upgraded))
        return 0;
    return strtoull(usec, NULL, 10) / 1000;
}

void
manager_begin(struct master *master)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct manager *manager = &master->manager;

    manager->listens = name != NULL && name[0] != '\0';
    manager->watchdog = manager->listens ? watchdog_period(master) : 0;
    manager->status_at = manager->listens ? clock_now() + STARTING : 0;
}

/* --- what it is told ---------------------------------------------------------------------- */

static struct slot
sum_of_all(const struct master *master)
{
    struct slot sum = master->total;

    for (const struct generation *g = master->newest; g; g = g->older)
        for (unsigned i = 0; i < g->shared.config->server.workers; i++) {
            const struct slot *slot = slots_worker(&g->shared.slots, i);

            sum.served.requests += slot_read(&slot->served.requests);
            sum.served.bytes += slot_read(&slot->served.bytes);
            sum.connections += slot_read(&slot->connections);
        }
    return sum;
}

static void
say_status(struct master *master, uint64_t now)
{
    struct manager *manager = &master->manager;
    const struct slot sum = sum_of_all(master);
    const double seconds = (double)(now - manager->counted_at) / 1000;
    const double requests = (double)(sum.served.requests - manager->requests) / seconds;
    const double bytes = (double)(sum.served.bytes - manager->bytes) / seconds;

    if (manager->counted_at != 0 && seconds > 0)
        manager_say(manager,
                    "STATUS=generation %u, %llu connections, %.0f requests/s, %.1f MB/s",
                    master->newest->shared.generation, (unsigned long long)sum.connections,
                    requests, bytes / 1e6);
    manager->counted_at = now;
    manager->requests = sum.served.requests;
    manager->bytes = sum.served.bytes;
    manager->status_at = now + STATUS_EVERY;
}

void
manager_ready(struct master *master)
{
    struct manager *manager = &master->manager;
    const uint64_t now = clock_now();

    if (!manager->listens)
        return;
    manager_say(manager, "READY=1\nSTATUS=generation %u serves",
                master->newest->shared.generation);
    manager->ready = true;
    manager->watch_at = manager->watchdog > 0 ? now : 0;
    say_status(master, now);
}

void
manager_reloading(struct master *master)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    manager_say(&master->manager, "RELOADING=1\nMONOTONIC_USEC=%llu\nSTATUS=reloading",
                (unsigned long long)now.tv_sec * 1000000 +
                    (unsigned long long)now.tv_nsec / 1000);
}

void
manager_main_process(struct master *master, pid_t pid)
{
    manager_say(&master->manager, "MAINPID=%d", (int)pid);
}

void
manager_stopping(struct master *master)
{
    manager_say(&master->manager, "STOPPING=1\nSTATUS=draining");
    master->manager.status_at = 0;
}

/* --- signs of life ------------------------------------------------------------------------ */

static bool
is_stuck(const struct slot *slot, uint64_t now, uint64_t patience)
{
    const uint64_t began = slot_read(&slot->turn_began);

    return slot->pid > 0 && began != 0 && now > began && now - began > patience;
}

static bool
somebody_is_stuck(const struct master *master, uint64_t now)
{
    for (const struct generation *g = master->newest; g; g = g->older)
        for (unsigned i = 0; i < g->shared.config->server.workers; i++)
            if (is_stuck(slots_worker(&g->shared.slots, i), now, master->manager.watchdog))
                return true;
    return false;
}

void
manager_run(struct master *master, uint64_t now)
{
    struct manager *manager = &master->manager;

    if (manager->watch_at != 0 && now >= manager->watch_at) {
        if (!somebody_is_stuck(master, now))
            manager_say(manager, "WATCHDOG=1");
        manager->watch_at = now + manager->watchdog / 2;
    }
    if (manager->status_at == 0 || now < manager->status_at)
        return;
    if (manager->ready) {
        say_status(master, now);
    } else {
        manager_say(manager, "EXTEND_TIMEOUT_USEC=" STARTING_FOR "\nSTATUS=starting");
        manager->status_at = now + STARTING;
    }
}

uint64_t
manager_next(const struct master *master)
{
    if (!master->manager.listens)
        return 0;
    return clock_earlier(master->manager.watch_at, master->manager.status_at);
}
