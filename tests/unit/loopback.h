/* SPDX-License-Identifier: BSD-2-Clause */
/* loopback: a TCP connection of this process with itself. */
#ifndef UNIT_LOOPBACK_H
#define UNIT_LOOPBACK_H

/* Returns the accepted end, and the other one in *client. Aborts when there can be none. */
int loopback_connect(int *client);

#endif
