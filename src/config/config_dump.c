/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_dump: an ini file that reads back to the same, each key below a comment with its
 * default and what it accepts. tests/check-options reads those comments: they are how the
 * option list becomes visible.
 */
#include "config/config_dump.h"

#include "config/option.h"
#include "config/type.h"

static void
dump_option(const struct config_option *option, const struct config *config, size_t asset,
            FILE *out)
{
    char buffer[TYPE_TEXT_SIZE];

    fprintf(out, "# %s\n", option->help);
    fprintf(out, "# default: %s | accepted: %s\n", option_preset_text(option),
            type_accepted(option, buffer));
    option->type->print(option, option_view(option, config, asset), out);
}

static void
dump_keys(const struct config *config, enum section_kind section, size_t asset, FILE *out)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].section == section)
            dump_option(&option_table[i], config, asset, out);
}

void
config_dump(const struct config *config, FILE *out)
{
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        enum section_kind section = (enum section_kind)i;

        if (section_has_path(section))
            continue;
        fprintf(out, "[%s]\n", section_name(section));
        dump_keys(config, section, 0, out);
        fputc('\n', out);
    }
    for (size_t i = 0; i < config->asset_count; i++) {
        const enum section_kind section = section_of_asset(&config->assets[i]);

        fprintf(out, "%s[%s %s]\n", i > 0 ? "\n" : "", section_name(section),
                config->assets[i].path);
        dump_keys(config, section, i, out);
    }
}
