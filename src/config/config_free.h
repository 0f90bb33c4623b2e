/* SPDX-License-Identifier: BSD-2-Clause */
/* config_free: frees a configuration. */
#ifndef CONFIG_CONFIG_FREE_H
#define CONFIG_CONFIG_FREE_H

#include "config/config.h"

/* config may be NULL. */
void config_free(struct config *config);

#endif
