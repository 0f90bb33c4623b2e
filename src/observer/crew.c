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
#include "profile/autopsy.h"

#define END_MS 1000 /* for a child to end by itself */

int
crew_create(struct crew *crew, const struct view *view)
{
    *crew = (struct crew){ .view = view, .clients = view->config->debug.clients };
    crew->size = 2 * crew->clients;
    if ((crew->pids = calloc(crew->size, sizeof(*crew->pids))) == NULL)
        return -ENOMEM;
    if ((crew->wants = want_create(crew->clients)) == NULL ||
        pipe2(crew->lifeline, O_CLOEXEC) < 0)
        return -errno;
    return 0;
}

pid_t
crew_fork(struct crew *crew, struct want **want)
{
    unsigned place = 0;
    pid_t pid;

    while (place < crew->size && crew->pids[place] != 0)
        place++;
    if (place == crew->size)
        return -EAGAIN;
    if ((pid = fork()) < 0)
        return -errno;
    if (pid == 0) {
        close(crew->lifeline[1]);
        *want = place < crew->clients ? &crew->wants[place] : NULL;
        return 0;
    }
    crew->pids[place] = pid;
    crew->busy++;
    return pid;
}

/* The children's crashes are recorded where the observer's would be. crew_reap() meets the one
 * that reports again, and does not mind. */
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
note_end(struct crew *crew, pid_t pid, int status)
{
    unsigned place = 0;

    while (place < crew->size && crew->pids[place] != pid)
        place++;
    if (place == crew->size)
        return;
    if (WIFSIGNALED(status))
        tell_death(crew, pid, WTERMSIG(status));
    if (place < crew->clients)
        want_end(&crew->wants[place], crew->view);
    crew->pids[place] = 0;
    crew->busy--;
}

void
crew_reap(struct crew *crew)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        note_end(crew, pid, status);
}

static void
kill_all(const struct crew *crew)
{
    for (unsigned i = 0; i < crew->size; i++)
        if (crew->pids[i] > 0)
            kill(crew->pids[i], SIGKILL);
}

void
crew_end(struct crew *crew)
{
    uint64_t deadline = clock_now() + END_MS;

    close(crew->lifeline[1]);
    for (crew_reap(crew); crew->busy > 0; crew_reap(crew)) {
        if (clock_now() >= deadline)
            kill_all(crew);
        usleep(5000);
    }
}
