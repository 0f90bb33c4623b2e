/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mime_types: a sorted array. A suffix that is listed several times has the first type: in
 * globs2 that is the one of the highest weight. Lines that do not parse are skipped, since the
 * file is not tiffd's.
 */
#include "object/mime_types.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/span.h"
#include "object/media_type.h"

#define SUFFIXES_MAX 65536
#define SUFFIX_MAX   32  /* bytes */
#define TYPE_MAX     128 /* bytes, with a charset */

struct suffix {
    char *name; /* without the dot, in lower case */
    char *type; /* behind it in the same memory */
    size_t order;
};

struct mime_types {
    const char *charset; /* while they are loaded */
    struct suffix *items;
    size_t count;
    size_t capacity;
    bool failed; /* out of memory */
};

/* --- entries ------------------------------------------------------------------------------ */

/* XML says itself what it is written in (RFC 7303 section 3.2). */
static bool
takes_charset(struct span type)
{
    static const struct span xml = { "xml", 3 };

    return type.length > 5 && strncasecmp(type.at, "text/", 5) == 0 &&
           !span_equal_nocase((struct span){ type.at + type.length - 3, 3 }, xml);
}

static bool
mime_types_grow(struct mime_types *types)
{
    const size_t capacity = types->capacity > 0 ? 2 * types->capacity : 1024;
    struct suffix *items;

    if (types->count < types->capacity)
        return true;
    if ((items = reallocarray(types->items, capacity, sizeof(*items))) == NULL)
        return false;
    types->items = items;
    types->capacity = capacity;
    return true;
}

static void
add_suffix(struct mime_types *types, struct span suffix, struct span type)
{
    char text[SUFFIX_MAX + TYPE_MAX + 2];
    const bool charset = types->charset && takes_charset(type);
    const size_t name = suffix.length + 1;
    char *copy;
    int length;

    if (suffix.length == 0 || suffix.length > SUFFIX_MAX || types->count == SUFFIXES_MAX)
        return;
    length = snprintf(text, sizeof(text), "%.*s%c%.*s%s%s", (int)suffix.length, suffix.at, '\0',
                      (int)type.length, type.at, charset ? "; charset=" : "",
                      charset ? types->charset : "");
    if ((size_t)length >= sizeof(text))
        return;
    copy = mime_types_grow(types) ? malloc((size_t)length + 1) : NULL;
    if (copy == NULL) {
        types->failed = true;
        return;
    }
    memcpy(copy, text, (size_t)length + 1);
    for (size_t i = 0; i < suffix.length; i++)
        copy[i] = (char)(copy[i] >= 'A' && copy[i] <= 'Z' ? copy[i] + 'a' - 'A' : copy[i]);
    types->items[types->count] =
        (struct suffix){ .name = copy, .type = copy + name, .order = types->count };
    types->count++;
}

/* --- lines -------------------------------------------------------------------------------- */

static bool
is_type(struct span text)
{
    size_t slashes = 0;

    for (size_t i = 0; i < text.length; i++) {
        const char c = text.at[i];

        if (c <= ' ' || c > '~' || strchr("\"(),:;<=>?@[\\]{}", c))
            return false;
        slashes += c == '/';
    }
    return slashes == 1 && text.at[0] != '/' && text.at[text.length - 1] != '/';
}

/* "50:image/tiff:*.tif", with more behind another colon: patterns with flags are case-sensitive
 * and of no use here. */
static void
read_glob(struct mime_types *types, struct span line)
{
    struct span type;
    struct span pattern;

    span_cut(&line, ':');
    type = span_cut(&line, ':');
    pattern = span_cut(&line, ':');
    if (!is_type(type) || line.at || pattern.length < 3 || memcmp(pattern.at, "*.", 2) != 0)
        return;
    pattern.at += 2;
    pattern.length -= 2;
    for (size_t i = 0; i < pattern.length; i++)
        if (strchr("*?[]", pattern.at[i]))
            return;
    add_suffix(types, pattern, type);
}

static struct span
mime_types_word(struct span *line)
{
    size_t length = 0;
    struct span word;

    while (length < line->length && line->at[length] != ' ' && line->at[length] != '\t')
        length++;
    word = (struct span){ line->at, length };
    *line = span_trim((struct span){ line->at + length, line->length - length });
    return word;
}

/* "image/tiff    tiff tif" */
static void
read_suffixes(struct mime_types *types, struct span line)
{
    const struct span type = mime_types_word(&line);

    while (is_type(type) && line.length > 0)
        add_suffix(types, mime_types_word(&line), type);
}

static void
mime_types_read_line(struct mime_types *types, struct span line)
{
    line = span_trim(line);
    if (line.length == 0 || line.at[0] == '#')
        return;
    if (line.at[0] >= '0' && line.at[0] <= '9')
        read_glob(types, line);
    else
        read_suffixes(types, line);
}

static void
read_list(struct mime_types *types, FILE *in)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    while (!types->failed && (length = getline(&line, &size, in)) > 0) {
        if (line[length - 1] == '\n')
            length--;
        mime_types_read_line(types, (struct span){ line, (size_t)length });
    }
    free(line);
}

/* Behind the file's, which win. */
static void
add_built_in(struct mime_types *types)
{
    const struct media_type *row;

    for (size_t i = 0; (row = media_type_row(i)) != NULL; i++) {
        struct span type = span_of(row->type);

        add_suffix(types, span_of(row->suffix + 1), span_cut(&type, ';'));
    }
}

/* --- the list ----------------------------------------------------------------------------- */

static int
compare_suffixes(const void *a, const void *b)
{
    const struct suffix *first = a;
    const struct suffix *second = b;
    const int order = strcmp(first->name, second->name);

    return order != 0 ? order : (first->order > second->order) - (first->order < second->order);
}

static void
sort_suffixes(struct mime_types *types)
{
    size_t kept = 0;

    if (types->count == 0)
        return;
    qsort(types->items, types->count, sizeof(*types->items), compare_suffixes);
    for (size_t i = 1; i < types->count; i++)
        if (strcmp(types->items[i].name, types->items[kept].name) != 0)
            types->items[++kept] = types->items[i];
        else
            free(types->items[i].name);
    types->count = kept + 1;
}

struct mime_types *
mime_types_load(const char *file, const char *charset)
{
    struct mime_types *types = calloc(1, sizeof(*types));
    FILE *in = types && file ? fopen(file, "re") : NULL;

    if (types == NULL)
        return NULL;
    types->charset = charset;
    if (file && in == NULL)
        log_info("%s: %s; only built-in media types are known", file, strerror(errno));
    if (in) {
        read_list(types, in);
        fclose(in);
    }
    add_built_in(types);
    sort_suffixes(types);
    types->charset = NULL;
    if (!types->failed)
        return types;
    mime_types_free(types);
    return NULL;
}

void
mime_types_free(struct mime_types *types)
{
    for (size_t i = 0; types && i < types->count; i++)
        free(types->items[i].name);
    if (types)
        free(types->items);
    free(types);
}

/* --- finding ------------------------------------------------------------------------------ */

size_t
mime_types_count(const struct mime_types *types)
{
    return types->count;
}

static const struct suffix *
mime_types_search(const struct mime_types *types, const char *suffix)
{
    char name[SUFFIX_MAX + 1];
    const size_t length = strlen(suffix);
    size_t low = 0;
    size_t high = types->count;

    if (length > SUFFIX_MAX)
        return NULL;
    for (size_t i = 0; i <= length; i++)
        name[i] =
            (char)(suffix[i] >= 'A' && suffix[i] <= 'Z' ? suffix[i] + 'a' - 'A' : suffix[i]);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(name, types->items[middle].name);

        if (order == 0)
            return &types->items[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *
mime_types_find(const struct mime_types *types, const char *file)
{
    const char *slash = strrchr(file, '/');

    for (const char *dot = strchr(slash ? slash : file, '.'); dot; dot = strchr(dot + 1, '.')) {
        const struct suffix *suffix = mime_types_search(types, dot + 1);

        if (suffix)
            return suffix->type;
    }
    return MEDIA_TYPE_UNKNOWN;
}
