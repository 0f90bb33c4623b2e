/* SPDX-License-Identifier: BSD-2-Clause */
/* access_file: opened before the workers are forked, and handed to those that live when it is
 * opened anew. A reload opens nothing if the path is the same: it may have been rotated. */
#include "master/access_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

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

static int
open_new(struct access_file *file, const struct config *config)
{
    const int stream = access_format_stream(file->path);

    return stream ? open_stream(&file->outlet, stream) : open_path(&file->outlet, config);
}

static int
share_known(struct access_file *file, const struct access_file *known)
{
    const int fd = known->outlet.fd;

    file->outlet = known->outlet;
    file->writer = known->writer;
    if (fd > STDERR_FILENO)
        file->outlet.fd = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return file->outlet.fd < 0 ? -errno : 0;
}

int
access_file_open(struct access_file *file, const struct config *config,
                 const struct access_file *known)
{
    int error;

    *file = ACCESS_FILE_NONE;
    if ((file->path = config->access_log.file) == NULL)
        return 0;
    if (known && known->path && strcmp(known->path, file->path) == 0)
        error = share_known(file, known);
    else
        error = open_new(file, config);
    if (error < 0) {
        log_error("access log %s: %s", file->path, outlet_problem(error));
        *file = ACCESS_FILE_NONE;
    }
    return error;
}

int
access_file_reopen(struct access_file *file, const struct config *config,
                   const struct access_file *known)
{
    struct access_file next;
    const int error = access_file_open(&next, config, known);

    if (error < 0)
        return error;
    access_file_close(file);
    *file = next;
    return 0;
}

void
access_file_close(struct access_file *file)
{
    outlet_close(&file->outlet);
    *file = ACCESS_FILE_NONE;
}

uint32_t *
access_file_share(void)
{
    return shmem_map(sizeof(uint32_t));
}
