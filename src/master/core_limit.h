/* SPDX-License-Identifier: BSD-2-Clause */
/* core_limit: whether crashes leave core files. */
#ifndef MASTER_CORE_LIMIT_H
#define MASTER_CORE_LIMIT_H

#include "config/config.h"

/* Sets whether this process and its future children leave core files; CORE_SYSTEM: as when the
 * process was started. 0 or a negative errno. See getrlimit(2), "RLIMIT_CORE". */
int core_limit_set(enum core core) __attribute__((warn_unused_result));

#endif
