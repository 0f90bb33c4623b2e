/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * openers: the master keeps both ends of each socket, so that the next opener finds what the
 * last one has not taken.
 */
#include "master/openers.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "master/respawn.h"
#include "opener/passing.h"
#include "worker/open_file.h"

#define OPENER_RETRY 1000 /* milliseconds after a failed fork */

struct opener {
    struct child child;
    const struct tree *tree;
    struct passing *passings; /* one a worker */
    unsigned workers;
    unsigned failures;
    uint64_t since;
    uint64_t spawn_at; /* 0: it runs */
};

/* --- begin and end ------------------------------------------------------------------------ */

static int
prepare_opener(struct opener *opener, const struct tree *tree, unsigned workers, uint64_t now)
{
    int error;

    *opener = (struct opener){ .tree = tree, .spawn_at = now };
    if ((opener->passings = calloc(workers, sizeof(*opener->passings))) == NULL)
        return -ENOMEM;
    for (; opener->workers < workers; opener->workers++)
        if ((error = passing_open(&opener->passings[opener->workers])) < 0)
            return error;
    return 0;
}

int
openers_create(struct generation *generation)
{
    const struct catalogue *catalogue = generation->catalogue;
    const unsigned workers = generation->shared.config->server.workers;
    int error = 0;

    generation->openers = calloc(catalogue->tree_count + 1, sizeof(*generation->openers));
    if (generation->openers == NULL)
        return -ENOMEM;
    for (size_t i = 0; error == 0 && i < catalogue->tree_count; i++)
        if (catalogue->trees[i].closed > 0)
            error = prepare_opener(&generation->openers[generation->opener_count++],
                                   &catalogue->trees[i], workers, clock_now());
    return error;
}

void
openers_let_go(const struct generation *generation)
{
    for (size_t i = 0; i < generation->opener_count; i++)
        for (unsigned k = 0; k < generation->openers[i].workers; k++)
            passing_close(&generation->openers[i].passings[k]);
}

void
openers_end(struct generation *generation)
{
    openers_let_go(generation);
    for (size_t i = 0; i < generation->opener_count; i++) {
        child_leave(&generation->openers[i].child);
        free(generation->openers[i].passings);
    }
    free(generation->openers);
    generation->openers = NULL;
    generation->opener_count = 0;
}

const struct open_file_line *
openers_keep(const struct generation *generation, unsigned worker)
{
    struct open_file_line *lines = calloc(generation->opener_count + 1, sizeof(*lines));

    for (size_t i = 0; lines && i < generation->opener_count; i++) {
        const struct opener *opener = &generation->openers[i];

        lines[i] = (struct open_file_line){ .tree = opener->tree,
                                            .fd = opener->passings[worker].worker };
        for (unsigned k = 0; k < opener->workers; k++) {
            close(opener->passings[k].opener);
            if (k != worker)
                close(opener->passings[k].worker);
        }
    }
    return lines;
}

/* --- the processes ------------------------------------------------------------------------ */

static void
opener_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct opener *opener = (struct opener *)child;
    const uint64_t now = clock_now();
    const int status = end->status;
    uint64_t delay;

    opener->failures = respawn_failures(opener->failures, false, now - opener->since);
    delay = respawn_delay(opener->failures);
    opener->spawn_at = now + delay;
    log_error("opener of tree %s: process %d ended (%s %d); replaced in %llu ms",
              opener->tree->asset->path, (int)pid, WIFSIGNALED(status) ? "signal" : "status",
              WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
              (unsigned long long)delay);
}

static int *
sockets_of(const struct opener *opener)
{
    int *sockets = calloc(opener->workers, sizeof(*sockets));

    for (unsigned i = 0; sockets && i < opener->workers; i++)
        sockets[i] = opener->passings[i].opener;
    return sockets;
}

static void
start_opener(struct generation *generation, const struct spawn_resources *resources,
             struct opener *opener, uint64_t now)
{
    const pid_t pid = child_fork(&opener->child, opener_ended);

    if (pid == 0)
        spawn_opener(generation, resources, opener->tree, sockets_of(opener));
    opener->since = now;
    opener->spawn_at = pid < 0 ? now + OPENER_RETRY : 0;
    if (pid < 0)
        log_error("opener of tree %s: fork: %s", opener->tree->asset->path, strerror(-pid));
    else
        log_info("opener of tree %s has process %d", opener->tree->asset->path, (int)pid);
}

void
openers_run(struct generation *generation, const struct spawn_resources *resources,
            uint64_t now)
{
    for (size_t i = 0; i < generation->opener_count; i++) {
        struct opener *opener = &generation->openers[i];

        if (opener->spawn_at != 0 && opener->spawn_at <= now)
            start_opener(generation, resources, opener, now);
    }
}

/* Requests that were taken are asked for again. */
void
openers_renew(struct generation *generation)
{
    for (size_t i = 0; i < generation->opener_count; i++) {
        struct opener *opener = &generation->openers[i];

        if (opener->child.pid == 0)
            continue;
        child_leave(&opener->child);
        opener->spawn_at = clock_now();
    }
}

uint64_t
openers_next(const struct generation *generation)
{
    uint64_t next = 0;

    for (size_t i = 0; i < generation->opener_count; i++)
        next = clock_earlier(next, generation->openers[i].spawn_at);
    return next;
}
