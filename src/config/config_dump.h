/* SPDX-License-Identifier: BSD-2-Clause */
/* config_dump: a configuration as an ini file. */
#ifndef CONFIG_CONFIG_DUMP_H
#define CONFIG_CONFIG_DUMP_H

#include <stdio.h>

#include "config/config.h"

/* Writes the effective configuration, defaults included, in a form config_load() reads back
 * to the same. */
void config_dump(const struct config *config, FILE *out);

#endif
