/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * option: finds rows of the table of options (option_table.c), and the fields that they stand
 * for.
 */
#include "config/option.h"

#include <string.h>

#include "config/nearest.h"
#include "config/renamed.h"

const struct config_option *
option_find(enum section_kind section, const char *key)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].section == section && strcmp(option_table[i].key, key) == 0)
            return &option_table[i];
    return NULL;
}

static const struct config_option *
find_nearest(enum section_kind section, const char *key)
{
    const struct config_option *nearest = NULL;
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < option_count; i++) {
        size_t distance = nearest_distance(key, option_table[i].key);

        if (option_table[i].section == section && distance < best) {
            best = distance;
            nearest = &option_table[i];
        }
    }
    return nearest_plausible(best, strlen(key)) ? nearest : NULL;
}

static const struct config_option *
find_elsewhere(const char *key)
{
    for (size_t i = 0; i < option_count; i++)
        if (strcmp(option_table[i].key, key) == 0)
            return &option_table[i];
    return NULL;
}

static void
list_keys(enum section_kind section, char *text, size_t size)
{
    size_t used = 0;
    int length = snprintf(text, size, "accepted:");

    for (size_t i = 0; i < option_count && length >= 0; i++) {
        used += (size_t)length;
        length = 0;
        if (used >= size)
            return;
        if (option_table[i].section == section)
            length = snprintf(text + used, size - used, " %s", option_table[i].key);
    }
}

void
option_suggest(enum section_kind section, const char *key, char *text, size_t size)
{
    const char *now = renamed_key(section, key);
    const struct config_option *nearest = find_nearest(section, key);
    const struct config_option *elsewhere = find_elsewhere(key);

    if (now)
        snprintf(text, size, "it is called %s now", now);
    else if (nearest)
        snprintf(text, size, "did you mean %s?", nearest->key);
    else if (elsewhere)
        snprintf(text, size, "it belongs to [%s]", section_name(elsewhere->section));
    else
        list_keys(section, text, size);
}

union option_field
option_field(const struct config_option *option, struct config *config, size_t asset)
{
    char *fields = section_fields(config, option->section, asset);

    return (union option_field){ .bytes = fields + option->offset };
}

union option_view
option_view(const struct config_option *option, const struct config *config, size_t asset)
{
    const char *fields = section_view(config, option->section, asset);

    return (union option_view){ .bytes = fields + option->offset };
}

const char *
option_preset_text(const struct config_option *option)
{
    if (option->flags & OPTION_REQUIRED)
        return "none, required";
    if (option->flags & OPTION_INHERITED)
        return "that of [server]";
    return option->preset[0] != '\0' ? option->preset : "none";
}
