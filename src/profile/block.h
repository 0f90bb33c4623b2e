/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block: how long connections waited, and for what. The frames are reasons (marker.h) instead
 * of code, because a waiting connection executes no code.
 */
#ifndef PROFILE_BLOCK_H
#define PROFILE_BLOCK_H

#include <stdint.h>

#include "profile/marker.h"
#include "profile/stacks.h"

/* The meaning of a record's values. */
enum { BLOCK_TIMES, BLOCK_NS };

/* Call once, before block_add(), in a worker that takes the table over. */
void block_start(struct stacks *stacks);

/* Adds a wait of so many ns that has ended; reason is one of MARKER_WAIT_. Call only in the
 * worker's main thread. */
void block_add(struct stacks *stacks, uint32_t label, enum marker reason, uint64_t ns);

#endif
