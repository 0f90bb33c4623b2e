/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * preset: sets the options that neither the file nor an override has set.
 */
#ifndef CONFIG_PRESET_H
#define CONFIG_PRESET_H

#include "config/build.h"

/* Gives options that were not given their defaults, then makes paths absolute. */
void preset_apply(struct build *build);

#endif
