/* SPDX-License-Identifier: BSD-2-Clause */
/* control_status: what "tiffctl status" shows, as lines of the control socket. */
#ifndef MASTER_CONTROL_STATUS_H
#define MASTER_CONTROL_STATUS_H

#include <stdio.h>

struct master;

/* Lines "NAME=VALUE ..."; values have no white space, but for the last of a line. */
void control_status_print(const struct master *master, FILE *out);

#endif
