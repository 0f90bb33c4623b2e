/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line: tells sections, settings, comments and mistakes apart before inih sees a line: inih
 * reports the first bad line only, and takes ':' for '='. Pure. Known
 * weakness: none of the quoting that other ini dialects have; a value is what is written.
 */
#include "config/line.h"

#include <ctype.h>
#include <string.h>

#include "config/fold.h"

const char *
line_skip_space(const char *text)
{
    return text + strspn(text, " \t");
}

static bool
has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if (iscntrl((unsigned char)*text) && *text != '\t')
            return true;
    return false;
}

static bool
is_word(struct span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!isalnum((unsigned char)text.at[i]) && text.at[i] != '_' && text.at[i] != '-')
            return false;
    return text.length > 0;
}

static struct line
bad(const char *reason)
{
    return (struct line){ .kind = LINE_BAD, .reason = reason };
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The ']' that ends a section's name: the first with nothing but a comment behind it. NULL:
 * there is none. */
static const char *
section_end(const char *text)
{
    for (const char *end = strchr(text, ']'); end; end = strchr(end + 1, ']')) {
        const char *rest = line_skip_space(end + 1);

        if (*rest == '\0' || *rest == ';' || *rest == '#')
            return end;
    }
    return NULL;
}

bool
line_holds_section(const char *text)
{
    const char *end = section_end(text);
    const size_t length = strlen(text);

    return (end == NULL || end[1] == '\0') && (length == 0 || !is_blank(text[length - 1]));
}

static struct line
classify_section(const char *text)
{
    const char *end = section_end(text);
    struct span name;

    if (strchr(text, ']') == NULL)
        return bad("'[' without ']'; accepted: [section]");
    if (end == NULL)
        return bad("text after ']'; accepted: [section] alone on its line");
    name = span_trim((struct span){ .at = text + 1, .length = (size_t)(end - text - 1) });
    if (name.length == 0)
        return bad("a section without a name; accepted: [section]");
    return (struct line){ .kind = LINE_SECTION, .name = name };
}

/* Where a comment begins in what stands after '='; the end if there is none. */
static size_t
find_comment(struct span rest)
{
    for (size_t i = 0; i < rest.length; i++)
        if (rest.at[i] == ';' && i > 0 && is_blank(rest.at[i - 1]))
            return i;
    return rest.length;
}

static struct line
classify_setting(const char *text)
{
    struct span rest = span_of(text);
    const struct span name = span_trim(span_cut(&rest, '='));
    const size_t end = find_comment(rest);
    const struct span value = span_trim((struct span){ .at = rest.at, .length = end });

    if (rest.at == NULL)
        return bad("a line without '='; accepted: key = value, [section] or a comment");
    if (name.length == 0)
        return bad("nothing before '='; accepted: key = value");
    if (!is_word(name))
        return bad("the text before '=' is not a key; accepted: key = value");
    if (value.length > LINE_VALUE_MAX)
        return bad("a value that is too long; accepted: at most 16384 bytes");
    if (!fold_fits(value))
        return bad("a value with 128 bytes in a row that are white space, ';' or '#'");
    return (struct line){
        .kind = LINE_SETTING, .name = name, .value = value, .commented = end < rest.length
    };
}

struct line
line_classify(const char *text)
{
    if (*text == '\0')
        return (struct line){ .kind = LINE_EMPTY };
    if (*text == ';' || *text == '#')
        return (struct line){ .kind = LINE_COMMENT };
    if (has_control(text))
        return bad("a control byte; accepted: text and tabs");
    if (*text == '[')
        return classify_section(text);
    return classify_setting(text);
}

const char *
line_value_problem(const char *value)
{
    if (strlen(value) > LINE_VALUE_MAX)
        return "is too long; accepted: at most 16384 bytes";
    if (has_control(value))
        return "holds a control byte";
    if (!fold_fits(span_of(value)))
        return "has 128 bytes in a row that are white space, ';' or '#'";
    if (*value == ';' || strstr(value, " ;") != NULL || strstr(value, "\t;") != NULL)
        return "holds a ';' that begins a comment";
    return NULL;
}
