/* SPDX-License-Identifier: BSD-2-Clause */
/* control_socket: the socket has its mode before anyone can connect. */
#include "master/control_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/beside.h"

#define BACKLOG 16

static int
bind_and_listen(int fd, const char *path, unsigned mode)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    mode_t mask;
    int error = 0;

    if (strlen(path) >= sizeof(address.sun_path))
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    unlink(path); /* of a process that had our number */
    mask = umask(~mode & 0777);
    if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(fd, BACKLOG) < 0)
        error = -errno;
    umask(mask);
    return error;
}

/* A descriptor or a negative errno. */
static int
listen_at(const char *path, unsigned mode)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0)
        return -errno;
    if ((error = bind_and_listen(fd, path, mode)) == 0)
        return fd;
    close(fd);
    return error;
}

int
control_socket_open(struct control_socket *socket, const char *path, unsigned mode)
{
    char *copy = strdup(path);
    char *beside = beside_name(path);
    const int fd = copy && beside ? listen_at(beside, mode) : -ENOMEM;

    if (fd >= 0) {
        *socket = (struct control_socket){
            .path = copy, .mode = mode, .fd = fd, .file = socket_file_of(beside)
        };
        copy = NULL;
    }
    free(copy);
    free(beside);
    return fd < 0 ? fd : 0;
}

int
control_socket_publish(const struct control_socket *socket)
{
    char *beside = beside_name(socket->path);
    int error = -ENOMEM;

    if (beside)
        error = rename(beside, socket->path) < 0 ? -errno : 0;
    free(beside);
    return error;
}

void
control_socket_close(struct control_socket *socket)
{
    char *beside = beside_name(socket->path);

    socket_file_remove(beside, socket->file);
    socket_file_remove(socket->path, socket->file);
    close(socket->fd);
    free(beside);
    free(socket->path);
    *socket = (struct control_socket){ 0 };
}
