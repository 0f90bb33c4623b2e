/* SPDX-License-Identifier: BSD-2-Clause */
/* status_dump: logs what every worker and every connection is doing. */
#ifndef MASTER_STATUS_DUMP_H
#define MASTER_STATUS_DUMP_H

#include "base/child.h"
#include "master/generation.h"
#include "master/spawn.h"

#define STATUS_DUMP_CONNECTIONS 1000 /* lines at most */

/* The child writes the lines, notices, and ends. 0 or a negative errno. */
int status_dump_begin(struct child *child, const struct generation *newest,
                      const struct spawn_resources *resources)
    __attribute__((warn_unused_result));

#endif
