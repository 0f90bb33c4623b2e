/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opener: one request of each worker in turn, so that none of them can keep it from the others.
 * A worker that does not take its replies loses them. Signals stay blocked, as in the master,
 * which ends this process when no worker needs it any more.
 */
#include "opener/opener.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/log.h"
#include "opener/passing.h"

/* A descriptor or a negative errno. A worker may ask for any number. */
static int
open_file(const struct opener_inherit *inherit, uint32_t number)
{
    const struct tree *tree = inherit->tree;
    const struct object *object;

    if (number >= inherit->catalogue->count)
        return -EINVAL;
    object = &inherit->catalogue->objects[number];
    if (!tree_has_closed(tree, object))
        return -EINVAL;
    return beneath_open_file(inherit->directory, tree_file_name(tree, object),
                             tree->asset->follow == CHOICE_YES);
}

static void
opener_serve(const struct opener_inherit *inherit, int socket)
{
    struct passing_reply reply = { .error = 0 };
    int fd;

    if (passing_take_request(socket, &reply.number) != 1)
        return;
    fd = open_file(inherit, reply.number);
    if (fd < 0)
        reply.error = fd;
    (void)!passing_answer(socket, &reply, fd);
    if (fd >= 0)
        close(fd);
}

/* Requests that the process before this one had taken are asked for again. */
static void
tell_begun(const struct opener_inherit *inherit)
{
    const struct passing_reply begun = { .number = PASSING_BEGUN };

    for (unsigned i = 0; i < inherit->workers; i++)
        (void)!passing_answer(inherit->sockets[i], &begun, -1);
}

static bool
opener_enter_sandbox(const struct opener_inherit *inherit)
{
    char directory[32];
    const struct sandbox_path paths[] = { { directory, false }, { NULL, false } };

    snprintf(directory, sizeof(directory), "/proc/self/fd/%d", inherit->directory);
    return confine_enter_paths(inherit->confinement, SANDBOX_OPENER, paths) == 0;
}

void
opener_run(const struct opener_inherit *inherit)
{
    const unsigned workers = inherit->workers;
    struct pollfd *fds = calloc(workers + 1, sizeof(*fds));

    if (fds == NULL || !opener_enter_sandbox(inherit))
        _exit(EXIT_FAILURE);
    for (unsigned i = 0; i < workers; i++)
        fds[i] = (struct pollfd){ .fd = inherit->sockets[i], .events = POLLIN };
    fds[workers] = (struct pollfd){ .fd = inherit->master_pipe, .events = POLLIN };
    tell_begun(inherit);
    while (fds[workers].revents == 0) {
        if (poll(fds, workers + 1, -1) < 0)
            continue;
        for (unsigned i = 0; i < workers; i++)
            if (fds[i].revents & POLLIN)
                opener_serve(inherit, fds[i].fd);
        sandbox_log(SANDBOX_OPENER);
    }
    _exit(EXIT_SUCCESS);
}
