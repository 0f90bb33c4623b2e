/* SPDX-License-Identifier: BSD-2-Clause */
/* core_limit: whether crashes leave core files. */
#ifndef MASTER_CORE_LIMIT_H
#define MASTER_CORE_LIMIT_H

#include "config/config.h"

/* What happens to core files of this process and those it will fork; CORE_SYSTEM is what the
 * process was started with. 0 or a negative errno. See getrlimit(2), "RLIMIT_CORE". */
int core_limit_set(enum core core) __attribute__((warn_unused_result));

#endif
