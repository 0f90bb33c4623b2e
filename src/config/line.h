/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line: what one line of tiffd.ini is. Pure.
 */
#ifndef CONFIG_LINE_H
#define CONFIG_LINE_H

#include <stdbool.h>

#include "base/span.h"

/* Bytes in a value. */
#define LINE_VALUE_MAX  16384
/* Bytes in a line without its end and a comment: a value, its key, and white space. */
#define LINE_LENGTH_MAX (LINE_VALUE_MAX + 128)

enum line_kind { LINE_EMPTY, LINE_COMMENT, LINE_SECTION, LINE_SETTING, LINE_BAD };

struct line {
    enum line_kind kind;
    struct span name;   /* the section's or the key's, within the text */
    struct span value;  /* LINE_SETTING: without a comment */
    bool commented;     /* LINE_SETTING: a comment follows */
    const char *reason; /* LINE_BAD: what is wrong and what is accepted */
};

/* Skips the white space that a line or a value may begin with. */
const char *line_skip_space(const char *text);

/* Says what text (without its end, white space skipped, no NUL) is. */
struct line line_classify(const char *text);

/* Can a section's name end in this text, so that it is read back to the same? */
bool line_holds_section(const char *text);

/* What keeps a value from being written as the line "key = value" and read back to the same;
 * NULL if nothing does. */
const char *line_value_problem(const char *value);

#endif
