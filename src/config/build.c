/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build: puts sections and keys into a configuration as they are read, and refuses unknown and
 * duplicate ones.
 *
 * Known weakness: errors of the whole (preset.c, check.c) come after those of single lines.
 */
#include "config/build.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/percent.h"
#include "config/config_free.h"
#include "config/line.h"
#include "config/setting.h"
#include "config/type.h"

void
build_begin(struct build *build, const char *file, struct report *report)
{
    *build = (struct build){ .report = report, .errors = report->count };
    build->config = memory_alloc(sizeof(*build->config));
    build->config->file = memory_copy(file);
    build->given = memory_alloc(option_count * sizeof(*build->given));
}

struct config *
build_end(struct build *build)
{
    struct config *config = build->config;

    memory_free(build->title);
    memory_free(build->given);
    if (build->report->count == build->errors)
        return config;
    config_free(config);
    return NULL;
}

/* One row for all sections that there are once, then one for each asset and tree. */
struct origin *
build_given(const struct build *build, const struct config_option *option, size_t asset)
{
    size_t row = section_has_path(option->section) ? asset + 1 : 0;

    return &build->given[row * option_count + (size_t)(option - option_table)];
}

static size_t
find_asset(const struct config *config, enum section_kind kind, const char *path)
{
    size_t i = 0;

    while (i < config->asset_count && (section_of_asset(&config->assets[i]) != kind ||
                                       strcmp(config->assets[i].path, path) != 0))
        i++;
    return i;
}

static char *
url_of(const char *path)
{
    char *url = memory_alloc(PERCENT_GROWTH * strlen(path) + 1);

    *percent_encode(url, span_of(path)) = '\0';
    return url;
}

static size_t
add_asset(struct build *build, enum section_kind kind, const char *path, struct origin origin)
{
    struct config *config = build->config;
    size_t asset = config->asset_count++;
    size_t rows = config->asset_count + 1;

    config->assets = memory_grow(config->assets, config->asset_count, sizeof(*config->assets));
    config->assets[asset] = (struct config_asset){ .path = memory_copy(path),
                                                   .url = url_of(path),
                                                   .origin = origin,
                                                   .section = (unsigned)asset,
                                                   .tree = kind == SECTION_TREE };
    build->given = memory_grow(build->given, rows * option_count, sizeof(*build->given));
    memset(&build->given[(rows - 1) * option_count], 0, option_count * sizeof(*build->given));
    return asset;
}

static void
enter(struct build *build, enum section_kind kind, const char *path, size_t asset)
{
    const char *name = section_name(kind);

    memory_free(build->title);
    build->title = path != NULL ? memory_format("%s %s", name, path) : memory_copy(name);
    build->kind = kind;
    build->asset = asset;
    build->place = BUILD_INSIDE;
}

void
build_section(struct build *build, const char *name, struct origin origin)
{
    enum section_kind kind;
    const char *path;
    size_t asset = 0;

    build->place = BUILD_SKIPPING;
    if (!section_parse(name, origin, build->report, &kind, &path))
        return;
    if (section_has_path(kind))
        asset = add_asset(build, kind, path, origin);
    else if (build->seen[kind].file)
        report_error(build->report, origin,
                     "[%s]: a second section of this name; the first is at %s:%u", name,
                     build->seen[kind].file, build->seen[kind].line);
    else
        build->seen[kind] = origin;
    enter(build, kind, path, asset);
}

void
build_reopen(struct build *build, const char *name, struct origin origin)
{
    enum section_kind kind;
    const char *path;
    size_t asset = 0;

    build->place = BUILD_SKIPPING;
    if (!section_parse(name, origin, build->report, &kind, &path))
        return;
    if (section_has_path(kind))
        asset = find_asset(build->config, kind, path);
    if (section_has_path(kind) && asset == build->config->asset_count)
        asset = add_asset(build, kind, path, origin);
    enter(build, kind, path, asset);
}

void
build_skip(struct build *build)
{
    build->place = BUILD_SKIPPING;
}

/* Makes space for the value of an override; false when the file has the key twice. */
static bool
build_replace(const struct setting *setting, struct origin *given, union option_field field)
{
    const struct config_option *option = setting->option;
    bool override = setting->origin.line == 0;

    if (given->file == NULL)
        return true;
    if (!override && !option->type->list) {
        report_error(setting->report, setting->origin,
                     "[%s] %s: a second value for this key; the first is at %s:%u",
                     setting->section, option->key, given->file, given->line);
        return false;
    }
    if (override && given->line > 0 && option->type->list)
        option->type->clear(field);
    return true;
}

static void
build_take(const struct build *build, const struct setting *setting)
{
    const struct config_option *option = setting->option;
    struct origin *given = build_given(build, option, build->asset);
    union option_field field = option_field(option, build->config, build->asset);
    const char *reason = line_value_problem(setting->value);

    if (!build_replace(setting, given, field))
        return;
    *given = setting->origin;
    if (reason)
        setting_refuse(setting, span_of(setting->value), reason);
    else
        option->type->parse(setting, field);
}

void
build_setting(struct build *build, const char *key, const char *value, struct origin origin)
{
    char suggestion[512];
    struct setting setting = {
        .section = build->title,
        .value = value,
        .origin = origin,
        .report = build->report,
    };

    if (build->place == BUILD_NOWHERE)
        report_error(build->report, origin,
                     "%s: a key before the first section; accepted: after [section]", key);
    if (build->place != BUILD_INSIDE)
        return;
    setting.option = option_find(build->kind, key);
    if (setting.option) {
        build_take(build, &setting);
        return;
    }
    option_suggest(build->kind, key, suggestion, sizeof(suggestion));
    report_error(build->report, origin, "[%s] %s: unknown key; %s", build->title, key,
                 suggestion);
}
