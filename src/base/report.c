/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report: gathers the errors of a configuration as finished lines, so that one run names them
 * all and the caller chooses where they go.
 *
 * Known weakness: without memory a line is lost, though still counted.
 */
#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static char *
line_of(struct origin origin, const char *message)
{
    char *line = NULL;
    int length;

    if (origin.line > 0)
        length = asprintf(&line, "%s:%u: %s\n", origin.file, origin.line, message);
    else
        length = asprintf(&line, "%s: %s\n", origin.file, message);
    return length < 0 ? NULL : line;
}

static void
report_append(struct report *report, const char *line)
{
    size_t length = strlen(line);
    char *text = realloc(report->text, report->length + length + 1);

    if (text == NULL)
        return;
    memcpy(text + report->length, line, length + 1);
    report->text = text;
    report->length += length;
}

void
report_error(struct report *report, struct origin origin, const char *format, ...)
{
    char *message = NULL;
    char *line = NULL;
    va_list arguments;

    report->count++;
    va_start(arguments, format);
    if (vasprintf(&message, format, arguments) < 0)
        message = NULL;
    va_end(arguments);

    if (message)
        line = line_of(origin, message);
    if (line)
        report_append(report, line);
    free(line);
    free(message);
}

void
report_log(const struct report *report, const char *what)
{
    const char *line = report->text;

    while (line && *line != '\0') {
        const char *end = strchr(line, '\n');

        log_error("%s: %.*s", what, (int)(end - line), line);
        line = end + 1;
    }
}

void
report_free(struct report *report)
{
    free(report->text);
    *report = (struct report){ 0 };
}
