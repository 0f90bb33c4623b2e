/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * balance: which workers accept. A shared listen socket wakes the same idle worker again and
 * again, so a worker that has its fair share leaves further connections to the others. Pure
 * policy.
 */
#ifndef WORKER_BALANCE_H
#define WORKER_BALANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/slots.h"

/* How many connections a worker may have before it lets others accept, when the idlest of them
 * has `least`. */
uint64_t balance_share(uint64_t least);

/* The connections that a worker has, and those that are on their way to it. */
uint64_t balance_load(const struct slot *slot);

/*
 * Does this worker have its fair share? Workers that can't accept now do not count: those
 * without a process, those that are closed (slots.h), and those whose turn of the loop began
 * more than BALANCE_STUCK ms before now. False for a worker that is alone.
 */
bool balance_reached(const struct slots *slots, unsigned worker, uint64_t now);

/* May others send connections to this worker? Yes if it runs and does not have its share. */
bool balance_invites(const struct slots *slots, unsigned worker, uint64_t now);

#define BALANCE_STUCK 100

#endif
