/* SPDX-License-Identifier: BSD-2-Clause */
/* loaded: objects as the master has them after its loader, in one process. */
#ifndef UNIT_LOADED_H
#define UNIT_LOADED_H

#include "object/catalogue.h"

/* Opens, loads and attaches. 0 or a negative errno; then nothing is held. */
int loaded_object(struct object *object, const struct object *previous);

/* All objects of config. NULL: one can't be loaded, and nothing is held. */
struct catalogue *loaded_catalogue(const struct config *config,
                                   const struct catalogue *previous);

#endif
