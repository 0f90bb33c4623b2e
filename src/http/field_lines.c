/* SPDX-License-Identifier: BSD-2-Clause */
/* field_lines: see field_lines.h. Pure. */
#include "http/field_lines.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/count.h"

/* Whether a field says something of the content, so that an error's text must not have it. */
static bool
describes_content(const char *line)
{
    static const char *const names[] = { "Content-", "Digest:", "Expires:", "Repr-Digest:" };

    if (strncasecmp(line, "Content-Security-", strlen("Content-Security-")) == 0)
        return false;
    for (size_t i = 0; i < COUNT(names); i++)
        if (strncasecmp(line, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static void
print_extra(FILE *out, const char *const *extra, size_t count, bool of_content)
{
    for (size_t i = 0; i < count; i++)
        if (describes_content(extra[i]) == of_content)
            fprintf(out, "%s\r\n", extra[i]);
}

int
field_lines_create(struct field_lines *lines, bool ranges, const char *cache_control,
                   const char *const *extra, size_t count)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    long common;
    bool failed;

    if (out == NULL)
        return -ENOMEM;
    if (ranges)
        fputs("Accept-Ranges: bytes\r\n", out);
    if (cache_control)
        fprintf(out, "Cache-Control: %s\r\n", cache_control);
    print_extra(out, extra, count, true);
    common = ftell(out);
    print_extra(out, extra, count, false);
    failed = ferror(out) != 0 || common < 0;
    if (fclose(out) != 0 || failed) {
        free(text);
        return -ENOMEM;
    }
    *lines = (struct field_lines){
        .text = text,
        .all = { text, size },
        .common = { text + common, size - (size_t)common },
    };
    return 0;
}

void
field_lines_free(struct field_lines *lines)
{
    free(lines->text);
    lines->text = NULL;
}
