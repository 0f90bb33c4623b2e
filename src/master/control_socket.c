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

struct file_owner
control_socket_owner(const struct config_server *config)
{
    return (struct file_owner){ .mode = config->control_mode,
                                .identity = { identity_user(config->control_user),
                                              identity_group(config->control_group) } };
}

/* Nobody can connect before it listens, so its owner may come after its mode. */
static int
give_file(const char *path, const struct identity *to)
{
    if (to->user == (uid_t)-1 && to->group == (gid_t)-1)
        return 0;
    return lchown(path, to->user, to->group) < 0 ? -errno : 0;
}

static int
bind_and_listen(int fd, const char *path, const struct file_owner *owner)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    mode_t mask;
    int error;

    if (strlen(path) >= sizeof(address.sun_path))
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    unlink(path); /* of a process that had our number */
    mask = umask(~owner->mode & 0777);
    error = bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
    umask(mask);
    if (error < 0)
        return error;
    if ((error = give_file(path, &owner->identity)) == 0 && listen(fd, BACKLOG) < 0)
        error = -errno;
    if (error < 0)
        unlink(path);
    return error;
}

/* A descriptor or a negative errno. */
static int
listen_at(const char *path, const struct file_owner *owner)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0)
        return -errno;
    if ((error = bind_and_listen(fd, path, owner)) == 0)
        return fd;
    close(fd);
    return error;
}

int
control_socket_open(struct control_socket *socket, const char *path,
                    const struct file_owner *owner)
{
    char *copy = strdup(path);
    char *beside = beside_name(path);
    const int fd = copy && beside ? listen_at(beside, owner) : -ENOMEM;

    if (fd >= 0) {
        *socket = (struct control_socket){
            .path = copy, .owner = *owner, .fd = fd, .file = socket_file_of(beside)
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
