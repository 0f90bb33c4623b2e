/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debug_env: what an environment variable can set are the two periods of `[debug]`, as plain
 * milliseconds. Ranges are those of the option table. Pure; whether an error is fatal is up to
 * the caller.
 */
#include "config/debug_env.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/span.h"
#include "config/option.h"
#include "config/unit.h"

static const char *const names[DEBUG_ENV_SETTINGS] = { "schedtrace", "alloctrace" };

#define ACCEPTED_SIZE 80

/* NULL: no option can be set by this name. */
static const struct config_option *
debug_env_find(struct span name)
{
    for (size_t i = 0; i < DEBUG_ENV_SETTINGS; i++)
        if (span_equal(name, span_of(names[i])))
            return option_find(SECTION_DEBUG, names[i]);
    return NULL;
}

static bool
read_value(struct span text, const struct config_option *option, uint64_t *value)
{
    char digits[24] = "";

    if (text.length >= sizeof(digits))
        return false;
    memcpy(digits, text.at, text.length);
    return unit_parse(UNIT_PLAIN, digits, value) == NULL && *value >= option->minimum &&
           *value <= option->maximum;
}

/* Was an option of this name taken before? */
static bool
is_repeated(const struct debug_env *debug, const struct config_option *option)
{
    char start[DEBUG_ENV_TEXT_MAX];
    int length = snprintf(start, sizeof(start), "debug.%s=", option->key);

    for (size_t i = 0; i < debug->count; i++)
        if (strncmp(debug->overrides[i], start, (size_t)length) == 0)
            return true;
    return false;
}

/* One setting; if it can't be, what is accepted. */
static bool
debug_env_take(struct debug_env *debug, struct span setting, char accepted[ACCEPTED_SIZE])
{
    const struct span name = span_cut(&setting, '=');
    const struct config_option *option = setting.at ? debug_env_find(name) : NULL;
    uint64_t value;

    if (option == NULL)
        snprintf(accepted, ACCEPTED_SIZE, "%s",
                 "schedtrace=N and alloctrace=N, separated by a comma, N in milliseconds");
    else if (is_repeated(debug, option))
        snprintf(accepted, ACCEPTED_SIZE, "%s only once", option->key);
    else if (!read_value(setting, option, &value))
        snprintf(accepted, ACCEPTED_SIZE,
                 "%" PRIu64 " to %" PRIu64 " milliseconds, 0: no lines", option->minimum,
                 option->maximum);
    else {
        snprintf(debug->overrides[debug->count++], DEBUG_ENV_TEXT_MAX, "debug.%s=%" PRIu64 "ms",
                 option->key, value);
        return true;
    }
    return false;
}

bool
debug_env_read(struct debug_env *debug, const char *text, char error[DEBUG_ENV_ERROR_SIZE])
{
    struct span rest = span_of(text ? text : "");

    debug->count = 0;
    while (rest.length > 0) {
        const struct span setting = span_cut(&rest, ',');
        const int shown = setting.length < 32 ? (int)setting.length : 32;
        char accepted[ACCEPTED_SIZE];

        if (debug_env_take(debug, setting, accepted))
            continue;
        snprintf(error, DEBUG_ENV_ERROR_SIZE, DEBUG_ENV_NAME ": \"%.*s\"; accepted: %s", shown,
                 setting.at, accepted);
        return false;
    }
    return true;
}
