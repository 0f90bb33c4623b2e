/* SPDX-License-Identifier: BSD-2-Clause */
/* reload: another configuration takes over, or nothing changes. */
#ifndef MASTER_RELOAD_H
#define MASTER_RELOAD_H

#include "master/state.h"

/* Reads the configuration, loads its objects and has them served; what fails is told in the
 * log. */
void reload_run(struct master *master);

/* Listens where the configuration says; both sets change, or none. 0, or a negative errno with
 * a line in the log. */
int reload_listeners(struct master *master, const struct config *config)
    __attribute__((warn_unused_result));

#endif
