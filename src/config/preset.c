/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * preset: defaults, which are text that the option's own type reads, so that there is one
 * meaning of a value; and the directory at which relative paths begin.
 */
#include "config/preset.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "config/line.h"
#include "config/path.h"
#include "config/setting.h"
#include "config/type.h"

static void
preset_option(const struct build *build, const struct config_option *option, size_t asset)
{
    struct setting setting = {
        .option = option,
        .section = section_name(option->section),
        .value = option->preset,
        .origin = { .file = build->config->file },
        .report = build->report,
    };

    if (option->preset[0] != '\0' && build_given(build, option, asset)->file == NULL)
        option->type->parse(&setting, option_field(option, build->config, asset));
}

static void
refuse_path(const struct build *build, const struct config_option *option, size_t asset,
            const char *path, const char *reason)
{
    const char *name = section_name(option->section);
    char *title = section_has_path(option->section)
                      ? memory_format("%s %s", name, build->config->assets[asset].path)
                      : memory_copy(name);
    struct setting setting = {
        .option = option,
        .section = title,
        .origin = *build_given(build, option, asset),
        .report = build->report,
    };

    setting_refuse(&setting, span_of(path), reason);
    memory_free(title);
}

/* Replaces the path by an absolute one; the dump must still be able to hold it. */
static void
resolve(const struct build *build, const struct config_option *option, size_t asset,
        const char *directory)
{
    char **path = option_field(option, build->config, asset).text;
    char *absolute;
    const char *reason;

    if (*path == NULL)
        return;
    absolute = path_resolve(directory, *path);
    memory_free(*path);
    *path = absolute;
    reason = line_value_problem(absolute);
    if (reason)
        refuse_path(build, option, asset, absolute, reason);
}

/* A max_header_size below the default of max_target_size takes that default along. */
static void
fit_target_length(const struct build *build)
{
    struct config_server *server = &build->config->server;
    const struct config_option *option = option_find(SECTION_SERVER, "max_target_size");

    if (build_given(build, option, 0)->file == NULL && server->max_header_size > 0 &&
        server->max_target_size > server->max_header_size)
        server->max_target_size = server->max_header_size;
}

/* The group of the workers; -1: that of this process. */
static gid_t
group_of_workers(const struct config_server *server)
{
    const struct group *group = server->group ? getgrnam(server->group) : NULL;
    const struct passwd *user = server->user ? getpwnam(server->user) : NULL;

    if (user == NULL || geteuid() != 0)
        return (gid_t)-1;
    return group ? group->gr_gid : user->pw_gid;
}

/* Who may connect to Unix sockets that say nothing about it: at [server] the group of the
 * workers may, at [debug] only the owner. */
static void
complete_sockets(struct listen_list *list, unsigned mode, gid_t group)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].mode == 0)
            list->items[i].mode = mode;
        if (list->items[i].group == (gid_t)-1)
            list->items[i].group = group;
    }
}

static void
inherit_list(struct header_list *list, const struct header_list *from)
{
    for (size_t i = 0; i < from->count; i++)
        type_list_add(list, memory_copy(from->items[i]));
}

static void
complete_asset(struct build *build, size_t index, const char *directory)
{
    struct config_asset *asset = &build->config->assets[index];
    const enum section_kind kind = section_of_asset(asset);
    const struct config_option *file = option_find(kind, asset->tree ? "directory" : "file");
    const struct config_option *variant = option_find(kind, "variant");
    const struct config_option *cors = option_find(kind, "cors");
    const struct config_option *rate = option_find(kind, "limit_rate");
    const struct origin *given = build_given(build, file, index);

    asset->file_origin = given->file != NULL ? *given : asset->origin;
    if (build_given(build, variant, index)->file == NULL)
        asset->variant = build->config->server.variant;
    if (cors && build_given(build, cors, index)->file == NULL)
        inherit_list(&asset->cors, &build->config->server.cors);
    if (rate == NULL || build_given(build, rate, index)->file == NULL)
        asset->limit_rate = build->config->server.limit_rate;
    if (asset->variant != VARIANT_EMBEDDED)
        resolve(build, file, index, directory);
}

static void
complete_section(struct build *build, const struct config_option *option, const char *directory)
{
    if (section_has_path(option->section))
        return;
    preset_option(build, option, 0);
    if (option->type == &type_path)
        resolve(build, option, 0, directory);
}

void
preset_apply(struct build *build)
{
    char *directory = path_directory(build->config->file);

    for (size_t i = 0; i < option_count; i++)
        complete_section(build, &option_table[i], directory);
    fit_target_length(build);
    complete_sockets(&build->config->server.listen, 0660,
                     group_of_workers(&build->config->server));
    complete_sockets(&build->config->debug.listen, 0600, (gid_t)-1);
    for (size_t asset = 0; asset < build->config->asset_count; asset++) {
        for (size_t i = 0; i < option_count; i++)
            if (option_table[i].section == section_of_asset(&build->config->assets[asset]))
                preset_option(build, &option_table[i], asset);
        complete_asset(build, asset, directory);
    }
    memory_free(directory);
}
