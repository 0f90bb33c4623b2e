/* SPDX-License-Identifier: BSD-2-Clause */
/* fields: a daemon of another version may send other names, so readers look up those they
 * know. */
#include "ctl/fields.h"

#include "base/count.h"

bool
fields_next_line(struct span *text, struct span *line)
{
    if (text->length == 0)
        return false;
    *line = span_cut(text, '\n');
    return true;
}

static bool
takes_the_rest(struct span name)
{
    static const char *const names[] = { "reason", "config", "program", "override", "address" };

    for (size_t i = 0; i < COUNT(names); i++)
        if (span_equal(name, span_of(names[i])))
            return true;
    return false;
}

bool
fields_next(struct span *line, struct span *name, struct span *value)
{
    *line = span_trim(*line);
    if (line->length == 0)
        return false;
    *name = span_cut(line, '=');
    if (takes_the_rest(*name)) {
        *value = *line;
        line->length = 0;
    } else {
        *value = span_cut(line, ' ');
    }
    return true;
}

struct span
fields_find(struct span line, const char *name)
{
    struct span found;
    struct span value;

    while (fields_next(&line, &found, &value))
        if (span_equal(found, span_of(name)))
            return value;
    return SPAN("");
}

uint64_t
fields_number(struct span line, const char *name)
{
    const struct span text = fields_find(line, name);
    uint64_t number = 0;

    for (size_t i = 0; i < text.length && text.at[i] >= '0' && text.at[i] <= '9'; i++)
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    return number;
}
