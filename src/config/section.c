/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * section: the table of sections, what an asset's path may be, and which struct a section
 * fills.
 */
#include "config/section.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "config/line.h"
#include "config/nearest.h"

static const char *const names[SECTION_COUNT] = {
    [SECTION_SERVER] = "server",
    [SECTION_LOG] = "log",
    [SECTION_ACCESS_LOG] = "access_log",
    [SECTION_PROFILE] = "profile",
    [SECTION_DEBUG] = "debug",
    [SECTION_ASSET] = "asset",
    [SECTION_TREE] = "tree",
    [SECTION_ERROR] = "error",
};

const char *
section_name(enum section_kind kind)
{
    return names[kind];
}

bool
section_has_path(enum section_kind kind)
{
    return kind == SECTION_ASSET || kind == SECTION_TREE || kind == SECTION_ERROR;
}

enum section_kind
section_of_asset(const struct config_asset *asset)
{
    if (asset->tree)
        return SECTION_TREE;
    return section_is_error(asset) ? SECTION_ERROR : SECTION_ASSET;
}

bool
section_is_error(const struct config_asset *asset)
{
    return asset->path[0] != '/';
}

static bool
is_dots(const char *segment, size_t length)
{
    return (length == 1 || length == 2) && strncmp(segment, "..", length) == 0;
}

static const char *
segments_problem(const char *path)
{
    for (const char *at = path; *at == '/';) {
        size_t length = strcspn(at + 1, "/");

        if (length == 0 && at[1] == '/')
            return "has an empty segment (//)";
        if (is_dots(at + 1, length))
            return "has a segment that is . or ..";
        at += 1 + length;
    }
    return NULL;
}

const char *
section_path_problem(const char *path)
{
    if (path[0] != '/')
        return "does not begin with /";
    for (const char *at = path; *at != '\0'; at++)
        if (iscntrl((unsigned char)*at))
            return "has a control byte";
    if (strlen(path) > SECTION_PATH_MAX)
        return "is longer than 4096 bytes";
    if (!line_holds_section(path))
        return "ends in a space, or has a ] that would end the section's name";
    return segments_problem(path);
}

static bool
section_find(struct span word, enum section_kind *kind)
{
    for (size_t i = 0; i < SECTION_COUNT; i++)
        if (span_equal(word, span_of(names[i]))) {
            *kind = (enum section_kind)i;
            return true;
        }
    return false;
}

static void
report_unknown(struct span word, const char *name, struct origin origin, struct report *report)
{
    char text[NEAREST_LENGTH_MAX + 1] = "";
    const char *nearest = NULL;
    size_t best = SIZE_MAX;

    if (word.length < sizeof(text))
        memcpy(text, word.at, word.length);
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        size_t distance = nearest_distance(text, names[i]);

        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    if (nearest_plausible(best, strlen(text)))
        report_error(report, origin, "[%s]: unknown section; did you mean [%s]?", name,
                     nearest);
    else
        report_error(report, origin,
                     "[%s]: unknown section; accepted: server, log, access_log, profile, "
                     "debug, asset /path, tree /path, error 404",
                     name);
}

/* A tree's path stands before the slash of a file's name, so it has none. */
static const char *
path_problem(enum section_kind kind, const char *path)
{
    const char *reason = section_path_problem(path);
    const size_t length = strlen(path);

    if (reason == NULL && kind == SECTION_TREE && length > 1 && path[length - 1] == '/')
        return "ends in /";
    return reason;
}

static bool
check_path(enum section_kind kind, const char *name, const char *path, struct origin origin,
           struct report *report)
{
    const char *reason = path_problem(kind, path);

    if (kind == SECTION_ERROR) {
        if (strcmp(path, "404") != 0)
            report_error(report, origin,
                         "[%s]: a status that has no page here; accepted: [error 404]", name);
        return strcmp(path, "404") == 0;
    }
    if (*path == '\0')
        report_error(report, origin, "[%s]: %s without a path; accepted: [%s /path]", name,
                     kind == SECTION_TREE ? "a tree" : "an asset", names[kind]);
    else if (reason)
        report_error(report, origin,
                     "[%s]: the path \"%s\" %s; accepted: a path that begins with /, "
                     "percent-decoded and without dot segments",
                     name, path, reason);
    return *path != '\0' && reason == NULL;
}

bool
section_parse(const char *name, struct origin origin, struct report *report,
              enum section_kind *kind, const char **path)
{
    struct span word = { .at = name, .length = strcspn(name, " \t") };
    const char *rest = line_skip_space(name + word.length);

    *path = NULL;
    if (!section_find(word, kind)) {
        report_unknown(word, name, origin, report);
        return false;
    }
    if (section_has_path(*kind)) {
        *path = rest;
        return check_path(*kind, name, rest, origin, report);
    }
    if (*rest != '\0')
        report_error(report, origin, "[%s]: text after the section's name; accepted: [%s]",
                     name, names[*kind]);
    return *rest == '\0';
}

char *
section_fields(struct config *config, enum section_kind kind, size_t asset)
{
    switch (kind) {
    case SECTION_SERVER:
        return (char *)&config->server;
    case SECTION_LOG:
        return (char *)&config->log;
    case SECTION_ACCESS_LOG:
        return (char *)&config->access_log;
    case SECTION_PROFILE:
        return (char *)&config->profile;
    case SECTION_DEBUG:
        return (char *)&config->debug;
    case SECTION_ASSET:
    case SECTION_TREE:
    case SECTION_ERROR:
        return (char *)&config->assets[asset];
    }
    return NULL;
}

const char *
section_view(const struct config *config, enum section_kind kind, size_t asset)
{
    switch (kind) {
    case SECTION_SERVER:
        return (const char *)&config->server;
    case SECTION_LOG:
        return (const char *)&config->log;
    case SECTION_ACCESS_LOG:
        return (const char *)&config->access_log;
    case SECTION_PROFILE:
        return (const char *)&config->profile;
    case SECTION_DEBUG:
        return (const char *)&config->debug;
    case SECTION_ASSET:
    case SECTION_TREE:
    case SECTION_ERROR:
        return (const char *)&config->assets[asset];
    }
    return NULL;
}
