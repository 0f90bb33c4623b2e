/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config: the order in which a configuration comes to be (file, overrides, defaults, rules of
 * the whole), and its dump: an ini file that reads back to the same, each key below a comment
 * with its default and what it accepts. tests/check-options reads those comments: they are how
 * the option list becomes visible. Exports config_load(), config_load_checked(),
 * config_dump(), config_free() and config_variant_name(). Nothing is fatal.
 */
#include "config/config.h"

#include <stdlib.h>

#include "base/memory.h"
#include "config/build.h"
#include "config/check.h"
#include "config/ini.h"
#include "config/override.h"
#include "config/preset.h"
#include "config/type.h"

static void
check_nothing(const struct config_asset *asset, struct report *report)
{
    (void)asset;
    (void)report;
}

/* What config_load_checked() is asked for, and what comes of it. */
struct load {
    const char *file;
    const struct config_override *overrides;
    size_t override_count;
    config_asset_check *check;
    struct build build;
    struct config *config;
};

static void
run_load(void *argument)
{
    struct load *load = argument;
    struct build *build = &load->build;
    bool whole;

    build_begin(build, load->file, build->report);
    whole = ini_read(build);
    for (size_t i = 0; i < load->override_count; i++)
        override_apply(build, load->overrides[i].text);
    if (whole) {
        preset_apply(build);
        check_whole(build, load->check);
    }
    load->config = build_end(build);
}

struct config *
config_load(const char *file, const struct config_override *overrides, size_t override_count,
            struct report *report)
{
    return config_load_checked(file, overrides, override_count, check_nothing, report);
}

struct config *
config_load_checked(const char *file, const struct config_override *overrides,
                    size_t override_count, config_asset_check *check, struct report *report)
{
    struct load load = { .file = file,
                         .overrides = overrides,
                         .override_count = override_count,
                         .check = check,
                         .build = { .report = report } };

    if (memory_try(run_load, &load))
        return load.config;
    if (load.build.in)
        fclose(load.build.in);
    report_error(report, (struct origin){ .file = file }, "out of memory");
    return NULL;
}

static void
clear_section(struct config *config, enum section_kind section, size_t asset)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct config_option *option = &option_table[i];

        if (option->section == section && option->type->clear != NULL)
            option->type->clear(option_field(option, config, asset));
    }
}

void
config_free(struct config *config)
{
    if (config == NULL)
        return;
    clear_section(config, SECTION_SERVER, 0);
    clear_section(config, SECTION_LOG, 0);
    clear_section(config, SECTION_PROFILE, 0);
    clear_section(config, SECTION_DEBUG, 0);
    for (size_t i = 0; i < config->asset_count; i++) {
        clear_section(config, SECTION_ASSET, i);
        memory_free(config->assets[i].path);
    }
    memory_free(config->assets);
    for (size_t i = 0; i < config->override_count; i++)
        memory_free(config->overrides[i]);
    memory_free(config->overrides);
    memory_free(config->file);
    memory_free(config);
}

static void
dump_option(const struct config_option *option, const struct config *config, size_t asset,
            FILE *out)
{
    char buffer[TYPE_TEXT_SIZE];

    fprintf(out, "# %s\n", option->help);
    fprintf(out, "# default: %s | accepted: %s%s\n", option_preset_text(option),
            type_accepted(option, buffer),
            option->flags & OPTION_RESTART ? " | needs a restart" : "");
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

        if (section == SECTION_ASSET)
            continue;
        fprintf(out, "[%s]\n", section_name(section));
        dump_keys(config, section, 0, out);
        fputc('\n', out);
    }
    for (size_t i = 0; i < config->asset_count; i++) {
        fprintf(out, "%s[asset %s]\n", i > 0 ? "\n" : "", config->assets[i].path);
        dump_keys(config, SECTION_ASSET, i, out);
    }
}

const char *
config_variant_name(enum variant variant)
{
    return type_variant.words[variant];
}
