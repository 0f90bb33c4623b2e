/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * option_table: the table of options, made from option_list.h. A row whose type does not fit
 * its field doesn't compile.
 */
#include "base/count.h"
#include "config/option.h"
#include "config/type.h"

#define SECTION_OF_server     SECTION_SERVER
#define SECTION_OF_log        SECTION_LOG
#define SECTION_OF_access_log SECTION_ACCESS_LOG
#define SECTION_OF_profile    SECTION_PROFILE
#define SECTION_OF_debug      SECTION_DEBUG
#define SECTION_OF_asset      SECTION_ASSET
#define SECTION_OF_tree       SECTION_TREE
#define SECTION_OF_error      SECTION_ERROR

#define config_tree  config_asset /* they have one struct */
#define config_error config_asset

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
