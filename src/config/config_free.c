/* SPDX-License-Identifier: BSD-2-Clause */
/* config_free: frees what the types of options have allocated. */
#include "config/config_free.h"

#include "base/memory.h"
#include "config/option.h"
#include "config/type.h"

static void
clear_section(struct config *config, enum section_kind section, size_t asset)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct config_option *option = &option_table[i];

        if (option->section == section && option->type->clear)
            option->type->clear(option_field(option, config, asset));
    }
}

void
config_free(struct config *config)
{
    if (config && config->shares > 0) {
        config->shares--;
        return;
    }
    if (config == NULL)
        return;
    clear_section(config, SECTION_SERVER, 0);
    clear_section(config, SECTION_LOG, 0);
    clear_section(config, SECTION_ACCESS_LOG, 0);
    clear_section(config, SECTION_PROFILE, 0);
    clear_section(config, SECTION_DEBUG, 0);
    for (size_t i = 0; i < config->asset_count; i++) {
        clear_section(config, section_of_asset(&config->assets[i]), i);
        memory_free(config->assets[i].path);
        memory_free(config->assets[i].url);
    }
    memory_free(config->assets);
    for (size_t i = 0; i < config->override_count; i++)
        memory_free(config->overrides[i]);
    memory_free(config->overrides);
    memory_free(config->file);
    memory_free(config);
}
