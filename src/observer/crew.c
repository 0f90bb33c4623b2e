/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crew: see crew.h. A child that was killed could not tell the workers that it needs their
 * samples no more, so the observer does that for every one that ends.
 */
#include "observer/crew.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "format/autopsy.h"

#define END_MS 1000 /* for a child to end by itself */

int
crew_create(struct crew *crew, const struct view *view)
{
    *crew = (struct crew){ .view = view, .clients = view->config->debug.clients };
    crew->size = 2 * crew->clients;
    if ((crew->children = calloc(crew->size, sizeof(*crew->children))) == NULL)
        return -ENOMEM;
    if ((crew->wants = want_create(crew->clients)) == NULL ||
        pipe2(crew->lifeline, O_CLOEXEC) < 0)
        return -errno;
    return 0;
}

/* The children's crashes are recorded where the observer's would be. */
static void
tell_death(const struct crew *crew, pid_t pid, int signal)
{
    const struct view *view = crew->view;
    struct crash_record record;

    log_warning("client's process %d was ended by signal %d (%s)", (int)pid, signal,
                strsignal(signal));
    if (crash_take(tables_crash(view->tables, tables_observer(view->tables)), pid, &record) &&
        autopsy_fork(&record, "client's process", NULL) < 0)
        log_warning("client's process %d: its stack can't be told", (int)pid);
}

static void
client_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct crew *crew = child->owner;
    const unsigned place = (unsigned)(child - crew->children);

    if (WIFSIGNALED(end->status))
        tell_death(crew, pid, WTERMSIG(end->status));
    if (place < crew->clients)
        want_end(&crew->wants[place], crew->view);
    crew->busy--;
}

pid_t
crew_fork(struct crew *crew, struct want **want)
{
    unsigned place = 0;
    pid_t pid;

    while (place < crew->size && crew->children[place].pid != 0)
        place++;
    if (place == crew->size)
        return -EAGAIN;
    crew->children[place].owner = crew;
    if ((pid = child_fork(&crew->children[place], client_ended)) < 0)
        return pid;
    if (pid == 0) {
        close(crew->lifeline[1]);
        *want = place < crew->clients ? &crew->wants[place] : NULL;
        return 0;
    }
    crew->busy++;
    return pid;
}

static void
kill_all(const struct crew *crew)
{
    for (unsigned i = 0; i < crew->size; i++)
        if (crew->children[i].pid > 0)
            kill(crew->children[i].pid, SIGKILL);
}

void
crew_end(struct crew *crew)
{
    uint64_t deadline = clock_now() + END_MS;

    close(crew->lifeline[1]);
    for (child_reap(); crew->busy > 0; child_reap()) {
        if (clock_now() >= deadline)
            kill_all(crew);
        usleep(5000);
    }
}
