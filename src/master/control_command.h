/* SPDX-License-Identifier: BSD-2-Clause */
/* control_command: the commands of the control socket; see tiffctl(8). */
#ifndef MASTER_CONTROL_COMMAND_H
#define MASTER_CONTROL_COMMAND_H

#include "master/state.h"

/* Runs the command in client->line, which it takes apart. NULL, and client->waits says for what
 * outcome it waits; or why it can't be done. */
const char *control_command_run(struct master *master, struct control_client *client);

#endif
