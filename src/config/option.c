/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * option: makes the table of options from option_list.h, and finds rows in it. Exports
 * option_table, option_find(), option_suggest(), option_field(), option_view() and
 * option_preset_text().
 *
 * A row whose type does not fit its field doesn't compile. Nothing is fatal.
 */
#include "config/option.h"

#include <string.h>

#include "base/count.h"
#include "config/nearest.h"
#include "config/renamed.h"
#include "config/type.h"

#define SECTION_OF_server  SECTION_SERVER
#define SECTION_OF_log     SECTION_LOG
#define SECTION_OF_profile SECTION_PROFILE
#define SECTION_OF_debug   SECTION_DEBUG
#define SECTION_OF_asset   SECTION_ASSET

/* The offset of a field, if it has the C type that the option's type stores. */
#define FIELD(structure, field, type)                                                          \
    (offsetof(struct structure, field) +                                                       \
     0 * sizeof(struct {                                                                       \
         _Static_assert(                                                                       \
             __builtin_types_compatible_p(__typeof__(((struct structure *)0)->field), type),   \
             "the option's type does not fit the field");                                      \
         char unused;                                                                          \
     }))

#define OPTION(part, name, kind, text, least, most, bits, words)                               \
    { .section = SECTION_OF_##part,                                                            \
      .key = #name,                                                                            \
      .type = &type_##kind,                                                                    \
      .offset = FIELD(config_##part, name, TYPE_FIELD_##kind),                                 \
      .preset = (text),                                                                        \
      .minimum = (least),                                                                      \
      .maximum = (most),                                                                       \
      .flags = (bits),                                                                         \
      .help = (words) },

const struct config_option option_table[] = {
#include "config/option_list.h"
};

const size_t option_count = COUNT(option_table);

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

    if (now != NULL)
        snprintf(text, size, "it is called %s now", now);
    else if (nearest != NULL)
        snprintf(text, size, "did you mean %s?", nearest->key);
    else if (elsewhere != NULL)
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
