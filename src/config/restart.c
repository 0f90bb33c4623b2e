/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restart: compares two configurations in the options that a reload can't change, by what the
 * dump writes of them. Exports restart_needed(). Nothing is fatal: without memory an option
 * passes for unchanged.
 */
#include "config/restart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/option.h"
#include "config/type.h"

static char *
restart_value_of(const struct config_option *option, const struct config *config)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (out != NULL) {
        option->type->print(option, option_view(option, config, 0), out);
        fclose(out);
    }
    return text;
}

static bool
differs(const struct config_option *option, const struct config *running,
        const struct config *next)
{
    char *before = restart_value_of(option, running);
    char *after = restart_value_of(option, next);
    bool result = before && after && strcmp(before, after) != 0;

    free(before);
    free(after);
    return result;
}

size_t
restart_needed(const struct config *running, const struct config *next, char *names,
               size_t size)
{
    size_t count = 0;

    names[0] = '\0';
    for (size_t i = 0; i < option_count; i++) {
        const struct config_option *option = &option_table[i];
        size_t used = strlen(names);

        if ((option->flags & OPTION_RESTART) == 0 || !differs(option, running, next))
            continue;
        snprintf(names + used, size - used, "%s%s.%s", count > 0 ? " " : "",
                 section_name(option->section), option->key);
        count++;
    }
    return count;
}
