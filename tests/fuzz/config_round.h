/* SPDX-License-Identifier: BSD-2-Clause */
/* config_round: a configuration is read, written and read again. */
#ifndef FUZZ_CONFIG_ROUND_H
#define FUZZ_CONFIG_ROUND_H

#include "config/config.h"

/* Loads the text with the overrides. What is refused must say why, in lines that can be shown;
 * what is accepted must come out of its own dump unchanged. */
void config_round(const void *text, size_t length, const struct config_override *overrides,
                  size_t count);

#endif
