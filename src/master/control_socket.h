/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control_socket: the listener of the control socket and its file, which is made beside its
 * path and renamed, so that it replaces that of a master that was upgraded or has died.
 */
#ifndef MASTER_CONTROL_SOCKET_H
#define MASTER_CONTROL_SOCKET_H

#include "base/file.h"
#include "base/socket_file.h"
#include "config/config.h"

/* Begins zeroed: there is none. */
struct control_socket {
    char *path; /* NULL: there is none */
    struct file_owner owner;
    int fd;
    struct socket_file file;
};

/* To whom the file belongs, as the configuration says. */
struct file_owner control_socket_owner(const struct config_server *config);

/* Listens beside path. 0, or a negative errno; then there is none. */
int control_socket_open(struct control_socket *socket, const char *path,
                        const struct file_owner *owner) __attribute__((warn_unused_result));

/* Puts the file at its path. 0 or a negative errno. */
int control_socket_publish(const struct control_socket *socket)
    __attribute__((warn_unused_result));

/* Closes it, and removes the file unless another one is at its path. */
void control_socket_close(struct control_socket *socket);

#endif
