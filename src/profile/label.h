/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * label: what a thread is working for at the moment. Every sample taken meanwhile carries it.
 * Costs one store, so it can be set at every turn.
 */
#ifndef PROFILE_LABEL_H
#define PROFILE_LABEL_H

#include <stdint.h>

#define LABEL_NONE 0 /* the loop itself; objects are their index + 1 */

/* For the calling thread, until it is set again. */
void label_set(uint32_t label);

/* Safe in signal handlers. */
uint32_t label_get(void);

#endif
