/* SPDX-License-Identifier: BSD-2-Clause */
/* control_peer: who a client of the control socket is, and what it may do. */
#ifndef MASTER_CONTROL_PEER_H
#define MASTER_CONTROL_PEER_H

#include <stdbool.h>
#include <stddef.h>

/* The kernel has checked that the client may write to the socket. Whoever may because everybody
 * may can look; changes are for root, the owner of the socket at path, and its group. */
bool control_peer_may_change(int fd, const char *path) __attribute__((warn_unused_result));

/* "process 123 of user 0", for the log. */
void control_peer_write(int fd, char *text, size_t size);

#endif
