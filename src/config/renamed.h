/* SPDX-License-Identifier: BSD-2-Clause */
/* renamed: keys that had another name; the old name is refused and the new one named. */
#ifndef CONFIG_RENAMED_H
#define CONFIG_RENAMED_H

#include "config/section.h"

/* What a key of the section is called now; NULL: it never had another name. */
const char *renamed_key(enum section_kind section, const char *key);

#endif
