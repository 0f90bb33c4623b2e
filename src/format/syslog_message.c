/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * syslog_message: takes a line apart and puts it together anew. Lines come from workers, which
 * may write anything: whatever does not have the form of a line is only text.
 */
#include "format/syslog_message.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TIME_LENGTH   (sizeof("2026-01-31T12:00:00.123Z") - 1)
#define SECOND_LENGTH (sizeof("2026-01-31T12:00:00") - 1)
#define PID_DIGITS    10

/* A line, taken apart. */
struct syslog_parts {
    struct span time;
    enum log_level level;
    struct span process; /* "worker 3" */
    struct span pid;
    struct span text;
};

/* "2026-01-31T12:00:00.123Z": digits where digits must be. */
static bool
syslog_message_is_time(struct span text)
{
    static const char form[] = "0000-00-00T00:00:00.000Z";

    for (size_t i = 0; i < text.length; i++)
        if (form[i] == '0' ? !isdigit((unsigned char)text.at[i]) : text.at[i] != form[i])
            return false;
    return text.length == TIME_LENGTH;
}

static bool
is_pid(struct span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!isdigit((unsigned char)text.at[i]))
            return false;
    return text.length > 0 && text.length <= PID_DIGITS;
}

/* "TIME LEVEL PROCESS[PID]: TEXT". False: it has another form. */
static bool
take_apart(struct span line, struct syslog_parts *parts)
{
    const char *first = memchr(line.at, ' ', line.length);
    struct span rest = line;

    if (first == NULL)
        return false;
    parts->time = span_cut(&rest, ' ');
    if (!syslog_message_is_time(parts->time) ||
        !log_level_find(span_cut(&rest, ' '), &parts->level))
        return false;
    parts->process = span_cut(&rest, '[');
    parts->pid = span_cut(&rest, ']');
    if (rest.length < 2 || memcmp(rest.at, ": ", 2) != 0 || parts->process.length == 0)
        return false;
    parts->text = (struct span){ rest.at + 2, rest.length - 2 };
    return is_pid(parts->pid);
}

/* A line of another form. */
static struct syslog_parts
foreign(struct span line, char time_text[static TIME_LENGTH + 1],
        char pid[static PID_DIGITS + 1])
{
    const time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    strftime(time_text, TIME_LENGTH + 1, "%Y-%m-%dT%H:%M:%S.000Z", &utc);
    snprintf(pid, PID_DIGITS + 1, "%d", (int)getpid());
    return (struct syslog_parts){
        .time = span_of(time_text),
        .level = LOG_LEVEL_NOTICE,
        .process = SPAN("unknown"),
        .pid = span_of(pid),
        .text = line,
    };
}

/* In the time zone of the system, as syslogd expects it: "Jan 31 13:00:00". */
static void
write_local_time(char *out, size_t size, struct span text)
{
    char second[SECOND_LENGTH + 1] = "";
    struct tm utc = { 0 };
    struct tm local;
    time_t seconds;

    memcpy(second, text.at, SECOND_LENGTH);
    strptime(second, "%Y-%m-%dT%H:%M:%S", &utc);
    seconds = timegm(&utc);
    localtime_r(&seconds, &local);
    strftime(out, size, "%b %e %H:%M:%S", &local);
}

static size_t
write_rfc3164(char *out, const struct syslog_message_style *style,
              const struct syslog_parts *parts, int priority)
{
    char local[32];

    write_local_time(local, sizeof(local), parts->time);
    return (size_t)snprintf(out, SYSLOG_MESSAGE_MAX, "<%d>%s %s[%.*s]: %.*s: %.*s", priority,
                            local, style->tag, (int)parts->pid.length, parts->pid.at,
                            (int)parts->process.length, parts->process.at,
                            (int)parts->text.length, parts->text.at);
}

static size_t
write_rfc5424(char *out, const struct syslog_message_style *style,
              const struct syslog_parts *parts, int priority)
{
    return (size_t)snprintf(out, SYSLOG_MESSAGE_MAX, "<%d>1 %.*s %s %s %.*s - - %.*s: %.*s",
                            priority, (int)parts->time.length, parts->time.at,
                            style->host[0] != '\0' ? style->host : "-", style->tag,
                            (int)parts->pid.length, parts->pid.at, (int)parts->process.length,
                            parts->process.at, (int)parts->text.length, parts->text.at);
}

size_t
syslog_message_write(char message[static SYSLOG_MESSAGE_MAX],
                     const struct syslog_message_style *style, struct span line)
{
    char time_text[TIME_LENGTH + 1];
    char pid[PID_DIGITS + 1];
    struct syslog_parts parts;
    size_t length;
    int priority;

    if (line.length > LOG_LINE_SIZE)
        line.length = LOG_LINE_SIZE;
    if (!take_apart(line, &parts))
        parts = foreign(line, time_text, pid);
    priority = (int)style->facility * 8 + log_level_priority(parts.level);
    length = style->format == SYSLOG_RFC5424 ? write_rfc5424(message, style, &parts, priority)
                                             : write_rfc3164(message, style, &parts, priority);
    return length < SYSLOG_MESSAGE_MAX ? length : SYSLOG_MESSAGE_MAX - 1;
}
