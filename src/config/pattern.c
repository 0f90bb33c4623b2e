/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pattern: uses fnmatch(3). Known weakness: a pattern with several hundred stars is slow;
 * patterns come from the administrator only.
 */
#include "config/pattern.h"

#include <fnmatch.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *
last_segment(const char *name)
{
    const char *slash = strrchr(name, '/');

    return slash ? slash + 1 : name;
}

bool
pattern_matches(const char *pattern, const char *name)
{
    if (strchr(pattern, '/') == NULL)
        return fnmatch(pattern, last_segment(name), 0) == 0;
    return fnmatch(pattern[0] == '/' ? pattern + 1 : pattern, name,
                   strstr(pattern, "**") ? 0 : FNM_PATHNAME) == 0;
}

static bool
is_hidden(const struct config_asset *tree, const char *name)
{
    return tree->hidden == CHOICE_NO && last_segment(name)[0] == '.';
}

static bool
any_matches(const struct header_list *patterns, const char *name)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (pattern_matches(patterns->items[i], name))
            return true;
    return false;
}

/* Is the name that of an encoded form (FILE.gz) of a file that is included? */
static bool
includes_decoded(const struct config_asset *tree, const char *name)
{
    const size_t length = strlen(name);

    for (unsigned i = 0; i < tree->precompressed.count; i++) {
        const char *suffix = coding_info(tree->precompressed.items[i].coding)->suffix;
        const size_t rest = length - strlen(suffix);
        char file[PATH_MAX];

        if (strlen(suffix) >= length || length >= sizeof(file) ||
            strcmp(name + rest, suffix) != 0)
            continue;
        memcpy(file, name, rest);
        file[rest] = '\0';
        if (any_matches(&tree->include, file))
            return true;
    }
    return false;
}

bool
pattern_takes_file(const struct config_asset *tree, const char *name)
{
    return !is_hidden(tree, name) && !any_matches(&tree->exclude, name) &&
           (tree->include.count == 0 || any_matches(&tree->include, name) ||
            includes_decoded(tree, name));
}

/* For patterns that end in a slash, which is removed before the comparison. */
bool
pattern_takes_directory(const struct config_asset *tree, const char *name)
{
    char pattern[PATTERN_MAX + 1];

    if (is_hidden(tree, name))
        return false;
    for (size_t i = 0; i < tree->exclude.count; i++) {
        const size_t length = strlen(tree->exclude.items[i]);

        if (length < 2 || length > PATTERN_MAX || tree->exclude.items[i][length - 1] != '/')
            continue;
        memcpy(pattern, tree->exclude.items[i], length - 1);
        pattern[length - 1] = '\0';
        if (pattern_matches(pattern, name))
            return false;
    }
    return true;
}
