/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ini: feeds inih through a reader of its own. The reader counts lines, strips indentation and
 * CR, handles sections itself (inih truncates their names at 49 bytes) and replaces each bad
 * line with an empty one, after an error with its number (inih would report only the first). So
 * inih parses nothing but settings. Its buffer has 200 bytes, so a long value is passed in
 * several lines (see fold.h) and joined again. Each line ends in a newline: since release 59,
 * inih takes a line without one that fills its buffer for the start of a longer line, and drops
 * the next.
 */
#include "config/ini.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "config/fold.h"
#include "config/line.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define KEY_MAX         60 /* bytes passed to inih; every key is shorter */

struct ini_source {
    FILE *in;
    struct build *build;
    struct origin origin;           /* of the line at hand */
    size_t size;                    /* bytes read so far */
    bool failed;                    /* the rest of the file is not read */
    char text[LINE_LENGTH_MAX + 2]; /* the line at hand, with a NUL */
    size_t length;                  /* of the line, though text may hold less */
    bool nul;                       /* it has a NUL */
    struct span rest;               /* of the value at hand: what inih has not got yet */
    size_t taken;                   /* bytes of it that have come back from inih */
    char value[LINE_VALUE_MAX + 1]; /* these bytes */
};

static void
fail(struct ini_source *source, const char *reason)
{
    report_error(source->build->report, source->origin, "%s", reason);
    source->failed = true;
}

/* Takes a line without its end. False at the end of the file. */
static bool
take_line(struct ini_source *source)
{
    int c = getc_unlocked(source->in);
    int last = EOF;

    if (c == EOF)
        return false;
    source->origin.line++;
    source->length = 0;
    source->nul = false;
    for (; c != EOF && c != '\n' && source->size < INI_SIZE_MAX;
         c = getc_unlocked(source->in)) {
        if (source->length < sizeof(source->text) - 1)
            source->text[source->length] = (char)c;
        source->nul |= c == '\0';
        source->length++;
        source->size++;
        last = c;
    }
    source->length -= last == '\r';
    source->size++;
    return true;
}

/* The line as text, without what may stand before it; NULL after an error. */
static const char *
line_text(struct ini_source *source)
{
    size_t stored = source->length;
    const char *text = source->text;

    if (stored >= sizeof(source->text))
        stored = sizeof(source->text) - 1;
    source->text[stored] = '\0';
    if (source->nul) {
        fail(source, "a NUL byte; accepted: a text file. The rest is not read");
        return NULL;
    }
    if (source->origin.line == 1 && strncmp(text, BYTE_ORDER_MARK, 3) == 0)
        text += 3;
    return line_skip_space(text);
}

static void
begin_section(const struct ini_source *source, struct span name)
{
    char *text = memory_copy_span(name);

    build_section(source->build, text, source->origin);
    memory_free(text);
}

static void
refuse_line(const struct ini_source *source, const char *text, const char *reason)
{
    if (source->length > LINE_LENGTH_MAX)
        report_error(source->build->report, source->origin,
                     "a line of %zu bytes; accepted: at most %d, and a comment", source->length,
                     LINE_LENGTH_MAX);
    else
        report_error(source->build->report, source->origin, "%s", reason);
    if (*text == '[')
        build_skip(source->build);
}

/* True for a setting: inih shall see it. */
static bool
sort_line(const struct ini_source *source, const char *text, const struct line *line)
{
    bool cut = source->length > LINE_LENGTH_MAX;

    if (line->kind == LINE_BAD || (cut && line->kind == LINE_SETTING && !line->commented)) {
        refuse_line(source, text, line->reason);
        return false;
    }
    if (line->kind == LINE_SECTION)
        begin_section(source, line->name);
    return line->kind == LINE_SETTING;
}

/* The next part of the value at hand, as the continuation of what stands before it. */
static char *
pass_part(struct ini_source *source, const char *before, struct span key, char *buffer,
          int size)
{
    const struct span part = { .at = source->rest.at, .length = fold_next(source->rest) };

    snprintf(buffer, (size_t)size, "%.*s%s%.*s\n", (int)key.length, key.at, before,
             (int)part.length, part.at);
    source->rest.at += part.length;
    source->rest.length -= part.length;
    return buffer;
}

static char *
pass_setting(struct ini_source *source, struct line *line, char *buffer, int size)
{
    if (line->name.length > KEY_MAX)
        line->name.length = KEY_MAX;
    source->rest = line->value;
    source->taken = 0;
    return pass_part(source, "=", line->name, buffer, size);
}

/* An ini_reader: one line for each call. */
static char *
ini_next_line(char *buffer, int size, void *stream)
{
    struct ini_source *source = stream;
    const char *text;
    struct line line;

    if (source->rest.length > 0)
        return pass_part(source, " ", SPAN(""), buffer, size);
    if (source->failed || !take_line(source))
        return NULL;
    if (source->size > INI_SIZE_MAX) {
        fail(source, "the file is too large; accepted: at most 16777216 bytes");
        return NULL;
    }
    text = line_text(source);
    if (text == NULL)
        return NULL;
    line = line_classify(text);
    if (sort_line(source, text, &line))
        return pass_setting(source, &line, buffer, size);
    return strcpy(buffer, "\n");
}

/* An ini_handler: puts the parts of a value together. */
static int
take_part(void *user, const char *section, const char *key, const char *part)
{
    struct ini_source *source = user;
    size_t length = strlen(part);

    (void)section;
    memcpy(source->value + source->taken, part, length + 1);
    source->taken += length;
    if (source->rest.length == 0)
        build_setting(source->build, key, source->value, source->origin);
    return 1;
}

static void
close_file(struct ini_source *source)
{
    fclose(source->in);
    source->build->in = NULL;
}

static bool
ini_open_file(struct ini_source *source)
{
    struct report *report = source->build->report;
    struct stat status;

    source->in = fopen(source->origin.file, "re");
    if (source->in == NULL) {
        report_error(report, source->origin, "can't be opened: %s", strerror(errno));
        return false;
    }
    source->build->in = source->in;
    if (fstat(fileno(source->in), &status) == 0 && S_ISDIR(status.st_mode)) {
        report_error(report, source->origin, "is a directory; accepted: a file");
        close_file(source);
        return false;
    }
    return true;
}

bool
ini_read(struct build *build)
{
    struct ini_source *source = memory_alloc(sizeof(*source));
    bool whole = false;

    source->build = build;
    source->origin.file = build->config->file;
    if (ini_open_file(source)) {
        if (ini_parse_stream(ini_next_line, source, take_part, source) != 0)
            fail(source, "inih can't read it to its end");
        if (ferror(source->in))
            fail(source, "can't be read to its end");
        close_file(source);
        whole = !source->failed;
    }
    memory_free(source);
    return whole;
}
