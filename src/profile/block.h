/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block: where connections wait, for how long. The frames are reasons (marker.h) instead of
 * code, for while a connection waits no code of it runs.
 */
#ifndef PROFILE_BLOCK_H
#define PROFILE_BLOCK_H

#include <stdint.h>

#include "profile/marker.h"
#include "profile/stacks.h"

/* What the values of a record count. */
enum { BLOCK_TIMES, BLOCK_NS };

/* For a worker that takes the table over; call once, before block_add(). */
void block_start(struct stacks *stacks);

/* A wait of so many ns for a MARKER_WAIT_ reason is over. For the worker's main thread. */
void block_add(struct stacks *stacks, uint32_t label, enum marker reason, uint64_t ns);

#endif
