/* SPDX-License-Identifier: BSD-2-Clause */
/* access_file: opened before the workers are forked, and handed to those that live when it is
 * opened anew. */
#include "master/access_file.h"

#include <errno.h>

#include "base/identity.h"
#include "base/log.h"
#include "base/shmem.h"
#include "config/access_format.h"

/* A pipe that can't be opened once more would make its writers wait. */
static int
open_stream(struct outlet *outlet, int fd)
{
    *outlet = outlet_of_stream(fd);
    return outlet->way == OUTLET_POLL ? -EACCES : 0;
}

static int
open_path(struct outlet *outlet, const struct config *config)
{
    const int fd = outlet_open(config->access_log.file, identity_user(config->server.user));

    *outlet = outlet_of(fd);
    return fd < 0 ? fd : 0;
}

int
access_file_open(struct outlet *outlet, const struct config *config)
{
    const char *path = config->access_log.file;
    const int stream = path ? access_format_stream(path) : 0;
    int error = 0;

    *outlet = OUTLET_NONE;
    if (path)
        error = stream ? open_stream(outlet, stream) : open_path(outlet, config);
    if (error < 0) {
        log_error("access log %s: %s", path, outlet_problem(error));
        *outlet = OUTLET_NONE;
    }
    return error;
}

int
access_file_reopen(struct outlet *outlet, const struct config *config)
{
    struct outlet next;
    const int error = access_file_open(&next, config);

    if (error < 0)
        return error;
    outlet_close(outlet);
    *outlet = next;
    return 0;
}

uint32_t *
access_file_share(void)
{
    return shmem_map(sizeof(uint32_t));
}
