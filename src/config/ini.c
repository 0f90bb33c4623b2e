/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ini: inih behind a reader of our own. The reader counts lines, takes indentation and CR away
 * (an indented line would continue the one before), keeps sections to itself (inih cuts their
 * names at 49 bytes) and replaces every bad line by an empty one, after an error with its
 * number (inih would tell the first only). What is left to inih are the lines "key = value ;
 * comment". Each ends in a newline: since its release 59, inih takes one that fills the buffer
 * without it for the beginning of a longer one, and drops the next.
 *
 * Exports ini_read(). Nothing is fatal. Known weakness: lines above 198 bytes are refused, as
 * Debian's inih is built with a buffer of 200.
 */
#include "config/ini.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "config/line.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct ini_source {
    FILE *in;
    struct build *build;
    struct origin origin;           /* of the line at hand */
    size_t size;                    /* bytes read so far */
    bool failed;                    /* the rest of the file is not read */
    char text[LINE_LENGTH_MAX + 2]; /* the line at hand, with a NUL */
    size_t length;                  /* of the line, though text may hold less */
    bool nul;                       /* it has a NUL */
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
    int c = getc(source->in);
    int last = EOF;

    if (c == EOF)
        return false;
    source->origin.line++;
    source->length = 0;
    source->nul = false;
    for (; c != EOF && c != '\n' && source->size < INI_SIZE_MAX; c = getc(source->in)) {
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
                     "a line of %zu bytes; accepted: at most %d", source->length,
                     LINE_LENGTH_MAX);
    else
        report_error(source->build->report, source->origin, "%s", reason);
    if (*text == '[')
        build_skip(source->build);
}

/* True if inih shall see the line. */
static bool
sort_line(const struct ini_source *source, const char *text)
{
    struct line line = line_classify(text);

    if (line.kind == LINE_EMPTY || line.kind == LINE_COMMENT)
        return false;
    if (line.kind == LINE_BAD || source->length > LINE_LENGTH_MAX) {
        refuse_line(source, text, line.reason);
        return false;
    }
    if (line.kind == LINE_SECTION)
        begin_section(source, line.name);
    return line.kind == LINE_SETTING;
}

/* An ini_reader: one line for each call, so that both sides count alike. */
static char *
ini_next_line(char *buffer, int size, void *stream)
{
    struct ini_source *source = stream;
    const char *text;

    if (source->failed || !take_line(source))
        return NULL;
    if (source->size > INI_SIZE_MAX) {
        fail(source, "the file is too large; accepted: at most 1048576 bytes");
        return NULL;
    }
    text = line_text(source);
    if (text == NULL)
        return NULL;
    if (!sort_line(source, text))
        text = "";
    snprintf(buffer, (size_t)size, "%s\n", text);
    return buffer;
}

/* An ini_handler. */
static int
take_setting(void *user, const char *section, const char *key, const char *value)
{
    struct ini_source *source = user;

    (void)section;
    build_setting(source->build, key, value, source->origin);
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
    struct ini_source source = { .build = build, .origin = { .file = build->config->file } };
    int bad_line;

    if (!ini_open_file(&source))
        return false;
    bad_line = ini_parse_stream(ini_next_line, &source, take_setting, &source);
    if (ferror(source.in))
        fail(&source, "can't be read to its end");
    close_file(&source);
    if (bad_line > 0)
        report_error(build->report,
                     (struct origin){ .file = source.origin.file, .line = (unsigned)bad_line },
                     "can't be understood; accepted: key = value");
    return !source.failed;
}
