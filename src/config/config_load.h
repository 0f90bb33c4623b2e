/* SPDX-License-Identifier: BSD-2-Clause */
/* config_load: makes a configuration of a file and the command line. */
#ifndef CONFIG_CONFIG_LOAD_H
#define CONFIG_CONFIG_LOAD_H

#include <stddef.h>

#include "base/report.h"
#include "config/config.h"

/*
 * Reads file, then the overrides, then checks every value. Touches no object file and binds
 * nothing. Returns NULL with at least one error in report; else a configuration that
 * config_free() ends. Lack of memory is an error like another.
 */
struct config *config_load(const char *file, const struct config_override *overrides,
                           size_t override_count, struct report *report)
    __attribute__((warn_unused_result));

/* The same with a check of each asset that names a file, and of files that the start writes, so
 * that one run reports the errors of the configuration and of the files it names. */
struct config *config_load_checked(const char *file, const struct config_override *overrides,
                                   size_t override_count, config_asset_check *check,
                                   struct report *report) __attribute__((warn_unused_result));

#endif
