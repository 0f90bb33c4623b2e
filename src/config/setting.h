/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * setting: one "key = value" on its way into the configuration.
 */
#ifndef CONFIG_SETTING_H
#define CONFIG_SETTING_H

#include "base/report.h"
#include "base/span.h"
#include "config/option.h"

struct setting {
    const struct config_option *option;
    const char *section; /* "server", "asset /tiff" */
    const char *value;   /* trimmed; "" asks for not set */
    struct origin origin;
    struct report *report;
};

/* Reports that found (the value or a part of it) can't be used, and what is accepted. */
void setting_refuse(const struct setting *setting, struct span found, const char *reason);

#endif
