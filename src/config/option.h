/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * option: the keys of tiffd.ini as a table. The rows are in option_list.h.
 */
#ifndef CONFIG_OPTION_H
#define CONFIG_OPTION_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config.h"
#include "config/section.h"

enum option_flag {
    OPTION_REQUIRED = 1 << 0,  /* has no default */
    OPTION_INHERITED = 1 << 1, /* the default is the key of the same name in [server] */
};

struct option_type;

struct config_option {
    enum section_kind section;
    const char *key;
    const struct option_type *type;
    size_t offset;      /* of the field in its section's struct */
    const char *preset; /* the default as text; "" is not set */
    uint64_t minimum;   /* numbers only, as the field holds them */
    uint64_t maximum;
    unsigned flags;
    const char *help;
};

/* A field, to be written: each type uses the member that fits what it stores. */
union option_field {
    char *bytes;
    unsigned *number;
    uint64_t *wide;
    char **text;
    struct listen_list *listen;
    struct header_list *header;
    struct network_list *networks;
    struct coding_list *codings;
};

/* The same, to be read. */
union option_view {
    const char *bytes;
    const unsigned *number;
    const uint64_t *wide;
    char *const *text;
    const struct listen_list *listen;
    const struct header_list *header;
    const struct network_list *networks;
    const struct coding_list *codings;
};

/* Rows of one section follow each other. */
extern const struct config_option option_table[];
extern const size_t option_count;

/* NULL when the section has no such key. */
const struct config_option *option_find(enum section_kind section, const char *key);

/* Writes into text what to use in place of an unknown key: the name it has now, the nearest
 * key, the section it belongs to, or all keys of the section. */
void option_suggest(enum section_kind section, const char *key, char *text, size_t size);

/* The option's field in config; asset as for section_fields(). */
union option_field option_field(const struct config_option *option, struct config *config,
                                size_t asset);
union option_view option_view(const struct config_option *option, const struct config *config,
                              size_t asset);

/* The default as people read it: "16k", "none", "that of [server]". */
const char *option_preset_text(const struct config_option *option);

#endif
