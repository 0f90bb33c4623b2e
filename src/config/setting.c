/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * setting: the one form of the errors about values: where, which key, what was found, what is
 * accepted.
 */
#include "config/setting.h"

#include "config/type.h"

void
setting_refuse(const struct setting *setting, struct span found, const char *reason)
{
    const struct config_option *option = setting->option;
    char buffer[TYPE_TEXT_SIZE];

    report_error(setting->report, setting->origin, "[%s] %s: \"%.*s\" %s; accepted: %s",
                 setting->section, option->key, (int)found.length, found.at, reason,
                 type_accepted(option, buffer));
}
