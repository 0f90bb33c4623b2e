/* SPDX-License-Identifier: BSD-2-Clause */
/* privileges: what a process gives up for good. See capabilities(7), PR_SET_NO_NEW_PRIVS in
 * prctl(2). */
#ifndef SANDBOX_PRIVILEGES_H
#define SANDBOX_PRIVILEGES_H

#include <stdbool.h>
#include <stdint.h>

/* The capability's bit in a set. */
#define PRIVILEGE(capability) (UINT64_C(1) << (capability))

/* Has the process this capability, in effect? */
bool privileges_has(int capability);

/* Empties the bounding and the ambient set, where the process may. To be called before it
 * becomes another user, which takes the right to. */
void privileges_bound(void);

/* Gives up all capabilities but these, also what a program that it ran could bring. 0 or a
 * negative errno. */
int privileges_drop(uint64_t keep) __attribute__((warn_unused_result));

#endif
