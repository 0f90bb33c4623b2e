/* SPDX-License-Identifier: BSD-2-Clause */
/* control_peer: the process and user of a client of the control socket, and what it may do. */
#ifndef MASTER_CONTROL_PEER_H
#define MASTER_CONTROL_PEER_H

#include <stdbool.h>
#include <stddef.h>

/* May the client change the daemon? Only root, the owner of the socket at path and its group
 * may. Others, whom the mode of the socket lets connect, may read the status. */
bool control_peer_may_change(int fd, const char *path) __attribute__((warn_unused_result));

/* "process 123 of user 0", for the log. */
void control_peer_write(int fd, char *text, size_t size);

#endif
