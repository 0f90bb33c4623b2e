/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_table: see client_table.h. A child that was killed could not tell the workers that it
 * needs their samples no more, so the observer does that for every one that ends.
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

#define END_MS 1000 /* for a child to end by itself */

int
client_table_create(struct client_table *table, const struct view *view)
{
    *table = (struct client_table){ .view = view, .clients = view->config->debug.max_clients };
    table->size = 2 * table->clients;
    if ((table->children = calloc(table->size, sizeof(*table->children))) == NULL)
        return -ENOMEM;
    if ((table->subscriptions = subscription_create(table->clients)) == NULL ||
        pipe2(table->lifeline, O_CLOEXEC) < 0)
        return -errno;
    return 0;
}

/* The children's crashes are recorded where the observer's would be. */
static void
line_sink_death(const struct client_table *table, pid_t pid, int signal)
{
    const struct view *view = table->view;
    struct crash_record record;

    log_warning("client's process %d was ended by signal %d (%s)", (int)pid, signal,
                strsignal(signal));
    if (crash_take(tables_crash(view->tables, tables_observer(view->tables)), pid, &record) &&
        crash_report_fork(&record, "client's process", NULL, view->confinement) < 0)
        log_warning("client's process %d: its stack can't be told", (int)pid);
}

static void
client_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct client_table *table = child->owner;
    const unsigned place = (unsigned)(child - table->children);

    if (WIFSIGNALED(end->status))
        line_sink_death(table, pid, WTERMSIG(end->status));
    if (place < table->clients)
        subscription_end(&table->subscriptions[place], table->view);
    table->busy--;
}

pid_t
client_table_fork(struct client_table *table, struct subscription **subscription)
{
    unsigned place = 0;
    pid_t pid;

    while (place < table->size && table->children[place].pid != 0)
        place++;
    if (place == table->size)
        return -EAGAIN;
    table->children[place].owner = table;
    if ((pid = child_fork(&table->children[place], client_ended)) < 0)
        return pid;
    if (pid == 0) {
        close(table->lifeline[1]);
        *subscription = place < table->clients ? &table->subscriptions[place] : NULL;
        return 0;
    }
    table->busy++;
    return pid;
}

static void
kill_all(const struct client_table *table)
{
    for (unsigned i = 0; i < table->size; i++)
        if (table->children[i].pid > 0)
            kill(table->children[i].pid, SIGKILL);
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
}
