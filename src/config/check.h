/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check: checks that need the whole configuration.
 */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config/build.h"

/* Reports what is missing and what does not fit together, and has each asset's file checked. */
void check_whole(const struct build *build, config_asset_check *check);

#endif
