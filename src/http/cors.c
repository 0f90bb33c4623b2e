/* SPDX-License-Identifier: BSD-2-Clause */
/* cors: a short list, searched from its start. Pure; nothing is fatal. */
#include "http/cors.h"

static bool
cors_any(const struct cors *cors)
{
    return cors->count == 1 && strcmp(cors->origins[0], "*") == 0;
}

struct span
cors_allow(const struct cors *cors, struct span origin)
{
    if (cors_any(cors))
        return SPAN("*");
    for (size_t i = 0; origin.length > 0 && i < cors->count; i++)
        if (span_equal(origin, span_of(cors->origins[i])))
            return span_of(cors->origins[i]);
    return SPAN("");
}

bool
cors_varies(const struct cors *cors)
{
    return cors->count > 0 && !cors_any(cors);
}
