/* SPDX-License-Identifier: BSD-2-Clause */
/* survey: what every worker and every connection is doing, told by the log. */
#ifndef MASTER_SURVEY_H
#define MASTER_SURVEY_H

#include "base/child.h"
#include "master/generation.h"
#include "master/spawn.h"

#define SURVEY_CONNECTIONS 1000 /* lines at most */

/* The child writes the lines, notices, and ends. 0 or a negative errno. */
int survey_begin(struct child *child, const struct generation *newest,
                 const struct spawn_lends *lends) __attribute__((warn_unused_result));

#endif
