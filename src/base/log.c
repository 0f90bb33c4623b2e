/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log: where every process of tiffd says what happened.
 *
 * A line is built on the stack and leaves with one write(2) to a descriptor opened with
 * O_APPEND, so lines of several processes never interleave. Nothing here is fatal: a line that
 * can't be written is lost, because a full disk must not end a server.
 * Weakness: a line above LINE_SIZE bytes is cut, and says so with a final "...".
 */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE 2048

static const char *const level_names[] = {
    [LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_WARNING] = "warning", [LOG_LEVEL_NOTICE] = "notice",
    [LOG_LEVEL_INFO] = "info",   [LOG_LEVEL_DEBUG] = "debug",
};

static struct {
    enum log_level level;
    int fd;
    char *path; /* NULL: standard error */
    char process[32];
} sink = { .level = LOG_LEVEL_NOTICE, .fd = STDERR_FILENO, .process = "tiffd" };

void
log_set_level(enum log_level level)
{
    sink.level = level;
}

void
log_set_process(const char *name)
{
    snprintf(sink.process, sizeof(sink.process), "%s", name);
}

static int
open_append(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);

    return fd < 0 ? -errno : fd;
}

static void
use_descriptor(int fd)
{
    if (sink.fd != STDERR_FILENO)
        close(sink.fd);
    sink.fd = fd;
}

int
log_open(const char *path)
{
    char *copy = NULL;
    int fd = STDERR_FILENO;

    if (path) {
        if ((copy = strdup(path)) == NULL)
            return -ENOMEM;
        if ((fd = open_append(path)) < 0) {
            free(copy);
            return fd;
        }
    }
    use_descriptor(fd);
    free(sink.path);
    sink.path = copy;
    return 0;
}

int
log_reopen(void)
{
    int fd;

    if (sink.path == NULL)
        return 0;
    if ((fd = open_append(sink.path)) < 0)
        return fd;
    use_descriptor(fd);
    return 0;
}

void
log_use(int fd)
{
    use_descriptor(fd);
}

int
log_descriptor(void)
{
    return sink.fd;
}

static size_t
write_prefix(char *line, size_t size, enum log_level level)
{
    struct timespec now;
    struct tm utc;
    size_t length;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    length = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &utc);
    return length + (size_t)snprintf(line + length, size - length,
                                     ".%03ldZ %s %s[%d]: ", now.tv_nsec / 1000000,
                                     level_names[level], sink.process, (int)getpid());
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

void
log_write(enum log_level level, const char *format, ...)
{
    char text[LINE_SIZE];
    char line[LINE_SIZE];
    size_t length;
    va_list arguments;
    int saved = errno;

    if (level > sink.level)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    length = write_prefix(line, sizeof(line), level);
    length += write_escaped(line + length, sizeof(line) - 1 - length, text);
    line[length++] = '\n';
    while (write(sink.fd, line, length) < 0 && errno == EINTR)
        continue;
    errno = saved;
}
