/* SPDX-License-Identifier: BSD-2-Clause */
/* control_peer: unix(7), SO_PEERCRED and SO_PEERGROUPS: as they were when the client connected.
 */
#include "master/control_peer.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define GROUPS_MAX 1024 /* of a client that are looked at */

static bool
peer_read(int fd, struct ucred *peer)
{
    socklen_t size = sizeof(*peer);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &size) == 0;
}

static bool
peer_has_group(int fd, const struct ucred *peer, gid_t group)
{
    gid_t groups[GROUPS_MAX];
    socklen_t size = sizeof(groups);

    if (peer->gid == group)
        return true;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0)
        return false;
    for (size_t i = 0; i < size / sizeof(*groups); i++)
        if (groups[i] == group)
            return true;
    return false;
}

bool
control_peer_may_change(int fd, const char *path)
{
    struct ucred peer;
    struct stat file;

    if (!peer_read(fd, &peer))
        return false;
    if (peer.uid == 0)
        return true;
    return stat(path, &file) == 0 &&
           (peer.uid == file.st_uid ||
            (file.st_mode & S_IWGRP && peer_has_group(fd, &peer, file.st_gid)));
}

void
control_peer_write(int fd, char *text, size_t size)
{
    struct ucred peer;

    if (peer_read(fd, &peer))
        snprintf(text, size, "process %d of user %u", (int)peer.pid, peer.uid);
    else
        snprintf(text, size, "an unknown process");
}
