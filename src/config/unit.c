/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit: the only place that knows what 64k and 30s mean. Pure. Known
 * weakness: no fractions (1.5m); the smaller unit says the same.
 */
#include "config/unit.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <strings.h>

struct unit {
    const char *suffix;
    uint64_t factor;
};

#define UNITS_MAX 5

/* Largest first, as unit_print() takes the first that divides. A row without a suffix that
 * another row of the same factor precedes is only ever read. */
static const struct unit scales[][UNITS_MAX] = {
    [UNIT_PLAIN] = { { "", 1 } },
    [UNIT_SIZE] = { { "g", 1 << 30 }, { "m", 1 << 20 }, { "k", 1 << 10 }, { "", 1 } },
    [UNIT_TIME] = { { "h", 3600000 },
                    { "m", 60000 },
                    { "s", 1000 },
                    { "", 1000 },
                    { "ms", 1 } },
};

static const struct unit *
find_suffix(enum unit_scale scale, const char *suffix)
{
    for (size_t i = 0; i < UNITS_MAX && scales[scale][i].suffix; i++)
        if (strcasecmp(scales[scale][i].suffix, suffix) == 0)
            return &scales[scale][i];
    return NULL;
}

const char *
unit_parse(enum unit_scale scale, const char *text, uint64_t *value)
{
    const struct unit *unit;
    uint64_t number = 0;
    const char *at = text;
    bool overflow = false;

    for (; isdigit((unsigned char)*at); at++) {
        overflow |= __builtin_mul_overflow(number, 10, &number);
        overflow |= __builtin_add_overflow(number, (uint64_t)(*at - '0'), &number);
    }
    if (at == text)
        return "is not a number";
    unit = find_suffix(scale, at);
    if (unit == NULL)
        return scale == UNIT_PLAIN ? "is not a whole number" : "has an unknown unit";
    overflow |= __builtin_mul_overflow(number, unit->factor, &number);
    if (overflow)
        return "is above the maximum";
    *value = number;
    return NULL;
}

void
unit_print(enum unit_scale scale, uint64_t value, char text[static UNIT_TEXT_SIZE])
{
    const struct unit *unit = scales[scale];

    while (value % unit->factor != 0)
        unit++;
    snprintf(text, UNIT_TEXT_SIZE, "%" PRIu64 "%s", value / unit->factor,
             value == 0 ? "" : unit->suffix);
}
