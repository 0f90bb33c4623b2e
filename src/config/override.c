/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * override: takes "-o section.key=value" apart and lets the build take it as one more setting,
 * whose origin is the option itself.
 *
 * Known weakness: the path of an asset that holds '=' can't be named.
 */
#include "config/override.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/build.h"

bool
override_split(const char *text, struct override *override)
{
    const char *equals = strchr(text, '=');
    const char *dot = equals != NULL ? memrchr(text, '.', (size_t)(equals - text)) : NULL;

    if (dot == NULL)
        return false;
    override->section = span_trim((struct span){ .at = text, .length = (size_t)(dot - text) });
    override->key =
        span_trim((struct span){ .at = dot + 1, .length = (size_t)(equals - dot - 1) });
    override->value = span_trim(span_of(equals + 1));
    return override->section.length > 0 && override->key.length > 0;
}

/* A copy of the option as it was written, which lives as long as the origins that name it. */
static struct origin
override_keep(struct config *config, const char *text)
{
    char *copy = memory_format("-o %s", text);

    config->overrides =
        memory_grow(config->overrides, config->override_count + 1, sizeof(*config->overrides));
    config->overrides[config->override_count++] = copy;
    return (struct origin){ .file = copy };
}

void
override_apply(struct build *build, const char *text)
{
    struct origin origin = override_keep(build->config, text);
    struct override override;
    char *section;
    char *key;
    char *value;

    if (!override_split(text, &override)) {
        report_error(build->report, origin, "is not section.key=value");
        return;
    }
    section = memory_copy_span(override.section);
    key = memory_copy_span(override.key);
    value = memory_copy_span(override.value);
    build_reopen(build, section, origin);
    build_setting(build, key, value, origin);
    memory_free(value);
    memory_free(key);
    memory_free(section);
}
