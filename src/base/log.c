/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log: where every process of tiffd says what happened.
 *
 * A line is built on the stack and leaves with one system call, so lines of several processes
 * never interleave. Nothing here is fatal and nothing waits: a line that can't be written at
 * once is lost, because neither a full disk nor a stalled reader may stop a server. The next
 * line that can be written is preceded by one with the number of those that were lost.
 * Weakness: a line above LOG_LINE_SIZE bytes is cut, and says so with a final "...".
 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/count.h"
#include "base/sink.h"

static const char *const level_names[] = {
    [LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_WARNING] = "warning", [LOG_LEVEL_NOTICE] = "notice",
    [LOG_LEVEL_INFO] = "info",   [LOG_LEVEL_DEBUG] = "debug",
};

/* As in syslog(3); what the journal reads at the start of a line, see sd-daemon(3). */
static const int priorities[] = {
    [LOG_LEVEL_ERROR] = 3, [LOG_LEVEL_WARNING] = 4, [LOG_LEVEL_NOTICE] = 5,
    [LOG_LEVEL_INFO] = 6,  [LOG_LEVEL_DEBUG] = 7,
};

bool
log_level_find(struct span name, enum log_level *level)
{
    for (size_t i = 0; i < COUNT(level_names); i++)
        if (span_equal(name, span_of(level_names[i]))) {
            *level = (enum log_level)i;
            return true;
        }
    return false;
}

int
log_level_priority(enum log_level level)
{
    return priorities[level];
}

static struct {
    enum log_level level;
    char process[32];
    char *error; /* where the next one is kept; NULL: nowhere */
    size_t error_size;
    const char *request;
    unsigned client_lines; /* at most, a second; 0: all */
    unsigned written;      /* of them, in this second */
    time_t second;
    unsigned long long left_out; /* and it was not said how many */
} self = { .level = LOG_LEVEL_NOTICE, .process = "tiffd" };

void
log_set_level(enum log_level level)
{
    self.level = level;
}

void
log_set_process(const char *name)
{
    snprintf(self.process, sizeof(self.process), "%s", name);
}

void
log_set_request(const char *id)
{
    self.request = id;
}

void
log_keep_error(char *text, size_t size)
{
    self.error = text;
    self.error_size = size;
}

static void
keep(enum log_level level, const char *text)
{
    if (level == LOG_LEVEL_ERROR && self.error && self.error[0] == '\0')
        snprintf(self.error, self.error_size, "%s", text);
}

static size_t
write_prefix(char *line, size_t size, enum log_level level)
{
    struct timespec now;
    struct tm utc;
    size_t length;

    if (sink_is_journal()) /* it has a time of its own */
        return (size_t)snprintf(line, size, "<%d>%s[%d]: ", priorities[level], self.process,
                                (int)getpid());
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    length = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &utc);
    return length + (size_t)snprintf(line + length, size - length,
                                     ".%03ldZ %s %s[%d]: ", now.tv_nsec / 1000000,
                                     level_names[level], self.process, (int)getpid());
}

/* Copies text with every byte that is not printable ASCII as \xNN. */
static size_t
write_escaped(char *out, size_t size, const char *text)
{
    size_t length = 0;

    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        if (length + 4 >= size) {
            memcpy(out + length - 3, "...", 3);
            break;
        }
        if (byte >= 0x20 && byte < 0x7f)
            out[length++] = *text;
        else
            length += (size_t)snprintf(out + length, size - length, "\\x%02x", byte);
    }
    return length;
}

/* One line, or a part of it that ends in "...", with its newline. */
static size_t
write_line(char line[static LOG_LINE_SIZE], enum log_level level, const char *text)
{
    size_t length = write_prefix(line, LOG_LINE_SIZE, level);

    length += write_escaped(line + length, LOG_LINE_SIZE - 1 - length, text);
    line[length++] = '\n';
    return length;
}

/* Says how many lines were lost before. False: that can't be written, either. */
static bool
tell_lost(void)
{
    const uint64_t lost = sink_take_lost();
    char text[64];
    char line[LOG_LINE_SIZE];

    if (lost == 0)
        return true;
    snprintf(text, sizeof(text), "%llu line%s of the log %s lost", (unsigned long long)lost,
             lost == 1 ? "" : "s", lost == 1 ? "was" : "were");
    if (sink_write(line, write_line(line, LOG_LEVEL_WARNING, text)))
        return true;
    sink_add_lost(lost);
    return false;
}

static void
log_text(enum log_level level, const char *format, va_list arguments)
{
    char text[LOG_LINE_SIZE];
    char line[LOG_LINE_SIZE];
    const int length = vsnprintf(text, sizeof(text), format, arguments);

    keep(level, text);
    if (self.request && length > 0 && (size_t)length < sizeof(text))
        snprintf(text + length, sizeof(text) - (size_t)length, ", request %s", self.request);
    if (!tell_lost() || !sink_write(line, write_line(line, level, text)))
        sink_add_lost(1);
}

void
log_write(enum log_level level, const char *format, ...)
{
    const int saved = errno;
    va_list arguments;

    if (level > self.level)
        return;
    va_start(arguments, format);
    log_text(level, format, arguments);
    va_end(arguments);
    errno = saved;
}

/* --- what clients can cause --------------------------------------------------------------- */

void
log_set_client_lines(unsigned most)
{
    self.client_lines = most;
}

void
log_tell_left_out(void)
{
    const unsigned long long left_out = self.left_out;
    const char *request = self.request;

    if (left_out == 0)
        return;
    self.left_out = 0;
    self.request = NULL;
    log_notice("%llu line%s about clients %s left out", left_out, left_out == 1 ? "" : "s",
               left_out == 1 ? "was" : "were");
    self.request = request;
}

static bool
admits_line(void)
{
    const time_t second = time(NULL);

    if (second != self.second) {
        log_tell_left_out();
        self.second = second;
        self.written = 0;
    }
    if (self.client_lines == 0 || self.written < self.client_lines) {
        self.written++;
        return true;
    }
    self.left_out++;
    return false;
}

void
log_client(enum log_level level, const char *format, ...)
{
    const int saved = errno;
    va_list arguments;

    if (level > self.level || !admits_line())
        return;
    va_start(arguments, format);
    log_text(level, format, arguments);
    va_end(arguments);
    errno = saved;
}
