/* SPDX-License-Identifier: BSD-2-Clause */
/* privileges: gives up capabilities for good. See capabilities(7), PR_SET_NO_NEW_PRIVS in
 * prctl(2). */
#ifndef SANDBOX_PRIVILEGES_H
#define SANDBOX_PRIVILEGES_H

#include <stdbool.h>
#include <stdint.h>

/* The capability's bit in a set. */
#define PRIVILEGE(capability) (UINT64_C(1) << (capability))

/* Is the capability effective in this process? */
bool privileges_has(int capability);

/* Clears the bounding and the ambient set, if permitted. Call it before the process changes its
 * user, which removes the permission. */
void privileges_bound(void);

/* Gives up all capabilities but these, and prevents programs that it executes from gaining any.
 * 0 or a negative errno. */
int privileges_drop(uint64_t keep) __attribute__((warn_unused_result));

#endif
