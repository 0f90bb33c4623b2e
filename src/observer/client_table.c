/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_table: see client_table.h. A child that was killed could not tell the workers to stop
 * sampling for it, so the observer does that whenever a child ends.
 */
#include "observer/client_table.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "format/crash_report.h"

#define END_MS   1000 /* for a child to end by itself */
#define GRACE_MS 250  /* that a client has in any case */

int
client_table_create(struct client_table *table, const struct view *view)
{
    const unsigned seats = view->shared->config->debug.max_clients;
    int error;

    *table = (struct client_table){ .view = view, .size = seats + CLIENT_TABLE_SPARE };
    if ((table->slots = calloc(table->size, sizeof(*table->slots))) == NULL)
        return -ENOMEM;
    if ((error = seat_create(&table->seats, seats)) < 0)
        return error;
    if ((table->subscriptions = subscription_create(table->size)) == NULL ||
        pipe2(table->lifeline, O_CLOEXEC) < 0 || pipe2(table->drain, O_CLOEXEC) < 0)
        return -errno;
    return 0;
}

/* --- slots ---------------------------------------------------------------------------------
 */

/* The oldest without a seat. There is one when all slots are taken, since there are more
 * slots than seats. */
static struct client_slot *
find_oldest(const struct client_table *table)
{
    struct client_slot *oldest = NULL;

    for (unsigned i = 0; i < table->size; i++) {
        struct client_slot *slot = &table->slots[i];

        if (slot->child.pid != 0 && !seat_has(&table->seats, client_table_owner(i)) &&
            (oldest == NULL || slot->since < oldest->since))
            oldest = slot;
    }
    return oldest;
}

uint64_t
client_table_patience(const struct client_table *table)
{
    const struct client_slot *oldest = table->leaving > 0 ? NULL : find_oldest(table);
    const uint64_t now = clock_now();

    if (oldest == NULL)
        return UINT64_MAX;
    return oldest->since + GRACE_MS > now ? oldest->since + GRACE_MS - now : 0;
}

void
client_table_evict(struct client_table *table)
{
    struct client_slot *oldest = find_oldest(table);

    if (oldest == NULL)
        return;
    log_info("client's process %d: ended to make room: it is the oldest",
             (int)oldest->child.pid);
    kill(oldest->child.pid, SIGKILL);
    oldest->ended = true;
    table->leaving++;
}

/* --- processes ---------------------------------------------------------------------------- */

/* The children's crashes are recorded where the observer's would be. */
static void
log_death(const struct client_table *table, pid_t pid, int signal)
{
    const struct view *view = table->view;
    struct crash_record record;

    log_warning("client's process %d was ended by signal %d (%s)", (int)pid, signal,
                strsignal(signal));
    if (crash_take(tables_crash(view->shared->tables, tables_observer(view->shared->tables)),
                   pid, &record) &&
        crash_report_fork(&record, "client's process", NULL, view->shared->confinement) < 0)
        log_warning("client's process %d: its stack can't be logged", (int)pid);
}

static void
client_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct client_table *table = child->owner;
    struct client_slot *slot = (struct client_slot *)child;
    const unsigned number = (unsigned)(slot - table->slots);

    if (WIFSIGNALED(end->status) && !slot->ended)
        log_death(table, pid, WTERMSIG(end->status));
    subscription_end(&table->subscriptions[number], table->view);
    seat_give(&table->seats, client_table_owner(number));
    table->leaving -= slot->ended;
    table->busy--;
}

pid_t
client_table_fork(struct client_table *table, unsigned *number)
{
    struct client_slot *slot = table->slots;
    pid_t pid;

    while (slot < table->slots + table->size && slot->child.pid != 0)
        slot++;
    if (slot == table->slots + table->size)
        return -EAGAIN;
    *number = (unsigned)(slot - table->slots);
    *slot = (struct client_slot){ .child.owner = table, .since = clock_now() };
    if ((pid = child_fork(&slot->child, client_ended)) < 0)
        return pid;
    if (pid == 0) {
        close(table->lifeline[1]);
        client_table_drain(table);
        return 0;
    }
    table->busy++;
    return pid;
}

void
client_table_drain(struct client_table *table)
{
    if (table->drain[1] >= 0)
        close(table->drain[1]);
    table->drain[1] = -1;
}

static void
kill_all(const struct client_table *table)
{
    for (unsigned i = 0; i < table->size; i++)
        if (table->slots[i].child.pid > 0)
            kill(table->slots[i].child.pid, SIGKILL);
}

void
client_table_end(struct client_table *table)
{
    uint64_t deadline = clock_now() + END_MS;

    close(table->lifeline[1]);
    for (child_reap(); table->busy > 0; child_reap()) {
        if (clock_now() >= deadline)
            kill_all(table);
        usleep(5000);
    }
    free(table->slots);
    seat_destroy(&table->seats);
}
