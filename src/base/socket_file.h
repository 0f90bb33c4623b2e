/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket_file: which file a Unix socket has, so that a process removes its own and not one that
 * another process has put in its place.
 */
#ifndef BASE_SOCKET_FILE_H
#define BASE_SOCKET_FILE_H

#include <sys/types.h>

struct socket_file {
    dev_t device;
    ino_t inode; /* 0: there is none */
};

/* The socket at path; none if path is NULL or something else is there. */
struct socket_file socket_file_of(const char *path);

/* Removes what is at path if it is this file. Before the socket is closed: afterwards another
 * process may find the file abandoned. */
void socket_file_remove(const char *path, struct socket_file file);

#endif
