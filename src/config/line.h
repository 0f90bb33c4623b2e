/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line: what one line of tiffd.ini is. Pure.
 */
#ifndef CONFIG_LINE_H
#define CONFIG_LINE_H

#include "base/span.h"

/* Bytes in a line, its end and a comment line not counted: what inih's buffer of 200 holds with
 * a newline and a NUL. */
#define LINE_LENGTH_MAX 198

enum line_kind { LINE_EMPTY, LINE_COMMENT, LINE_SECTION, LINE_SETTING, LINE_BAD };

struct line {
    enum line_kind kind;
    struct span name;   /* the section's or the key's, within the text */
    const char *reason; /* LINE_BAD: what is wrong and what is accepted */
};

/* Skips the white space that a line or a value may begin with. */
const char *line_skip_space(const char *text);

/* Says what text (without its end, white space skipped, no NUL) is. The value of a setting is
 * not looked at. */
struct line line_classify(const char *text);

/* What keeps a value from being written as the line "key = value" and read back to the same;
 * NULL if nothing does. */
const char *line_value_problem(const char *key, const char *value);

#endif
