/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_load: calls the files of this folder in order. ini.c and override.c read; each line
 * and override goes through build.c into the configuration; preset.c completes it, and check.c
 * says whether it makes sense as a whole. Errors are reported; none ends the program.
 */
#include "config/config_load.h"

#include "base/memory.h"
#include "config/build.h"
#include "config/check.h"
#include "config/ini.h"
#include "config/override.h"
#include "config/preset.h"

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
    return config_load_checked(file, overrides, override_count, NULL, report);
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
