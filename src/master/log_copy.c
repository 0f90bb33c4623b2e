/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_copy: whole lines only, because other processes may append to the same file. A line is
 * longer than the buffer only if a process that writes to the pipe has been taken over.
 */
#include "master/log_copy.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/log.h"
#include "base/outlet.h"
#include "base/sink.h"
#include "sandbox/sandbox.h"

#define SIZE  65536
#define RETRY 100 /* milliseconds, while the disk is full */

static struct {
    char bytes[SIZE];
    size_t length;
    bool partial; /* they begin inside a line, which was written up to there */
    bool open;    /* somebody may write more */
    bool failed;  /* the last attempt to write, and it was said why */
} buffer;

static void
log_copy_lose(const struct log_copy *copy, uint64_t lines)
{
    if (copy->own)
        sink_add_lost(lines);
    else if (lines > 0)
        log_warning("%s: %llu line%s lost", copy->name, (unsigned long long)lines,
                    lines == 1 ? " was" : "s were");
}

static void
take_bytes(size_t count)
{
    buffer.length -= count;
    memmove(buffer.bytes, buffer.bytes + count, buffer.length);
}

/* What lies in the pipe when the buffer is full stays there. */
static void
fill_buffer(int pipe)
{
    ssize_t n;

    if (buffer.length == SIZE)
        return;
    n = read(pipe, buffer.bytes + buffer.length, SIZE - buffer.length);
    if (n > 0)
        buffer.length += (size_t)n;
    else if (n == 0 || errno != EINTR)
        buffer.open = false;
}

/* The bytes of whole lines; all, if there is no more space or nothing more will come. */
static size_t
ready_length(void)
{
    const char *last = memrchr(buffer.bytes, '\n', buffer.length);

    if (last)
        return (size_t)(last + 1 - buffer.bytes);
    return buffer.length == SIZE || !buffer.open ? buffer.length : 0;
}

/* If another process has written to the file meanwhile, it has ended the line that was written
 * in part: then the rest of that is lost. */
static void
continue_line(const struct log_copy *copy)
{
    const char *end = memchr(buffer.bytes, '\n', buffer.length);

    if (!buffer.partial || __atomic_exchange_n(copy->torn, 0, __ATOMIC_RELAXED) != 0)
        return;
    buffer.partial = false;
    take_bytes(end ? (size_t)(end + 1 - buffer.bytes) : buffer.length);
    log_copy_lose(copy, 1);
}

static void
settle_written(const struct log_copy *copy, size_t written)
{
    if (written > 0)
        buffer.partial = buffer.bytes[written - 1] != '\n';
    else if (buffer.partial)
        __atomic_store_n(copy->torn, 1, __ATOMIC_RELAXED); /* as before */
    take_bytes(written);
}

static void
tell_why(const struct log_copy *copy, int error)
{
    if (!buffer.failed && !copy->own)
        log_warning("%s: %s; lines wait", copy->name, strerror(error));
    buffer.failed = true;
}

static ssize_t
log_copy_pass_on(const struct log_copy *copy, size_t length)
{
    const struct outlet file = { .fd = copy->file, .way = OUTLET_WRITE };

    return copy->syslog ? syslog_target_write(copy->syslog, copy->file, buffer.bytes, length)
                        : outlet_write(&file, copy->torn, buffer.bytes, length);
}

/* False: the disk did not accept all of it. */
static bool
write_buffer(const struct log_copy *copy)
{
    size_t wanted;
    ssize_t written;

    continue_line(copy);
    if ((wanted = ready_length()) == 0)
        return true;
    written = log_copy_pass_on(copy, wanted);
    if (written < 0)
        tell_why(copy, errno);
    else if (written == (ssize_t)wanted)
        buffer.failed = false;
    settle_written(copy, written < 0 ? 0 : (size_t)written);
    return written == (ssize_t)wanted;
}

static unsigned
lines_of(const char *text, size_t length)
{
    unsigned count = 0;

    for (size_t i = 0; i < length; i++)
        count += text[i] == '\n';
    return count;
}

/* Nobody would wait for the disk any more. */
static void
drop_buffer(const struct log_copy *copy)
{
    log_copy_lose(copy, lines_of(buffer.bytes, buffer.length));
    buffer.length = 0;
    buffer.partial = false;
}

/* The master's end is closed when that has ended. */
static void
take_log(struct log_copy *copy)
{
    struct channel_message message;
    int descriptor;
    int got;

    while ((got = channel_receive(copy->channel, &message, &descriptor)) > 0)
        if (descriptor >= 0)
            sink_use(descriptor);
    if (got < 0)
        copy->channel = -1;
}

/* Waits for lines; while the disk is full, only for the end of the pipe, which is always
 * reported. */
static void
wait_for_lines(struct log_copy *copy, bool full)
{
    struct pollfd fds[] = { { .fd = buffer.open ? copy->pipe : -1,
                              .events = full ? 0 : POLLIN },
                            { .fd = copy->channel, .events = POLLIN } };

    if (poll(fds, 2, full ? RETRY : -1) < 0)
        return;
    if (fds[1].revents)
        take_log(copy);
    if (full && (fds[0].revents || !buffer.open))
        drop_buffer(copy);
    if (fds[0].revents)
        fill_buffer(copy->pipe);
}

void
log_copy_run(struct log_copy *copy)
{
    bool full = false;

    buffer.open = true;
    while (buffer.open || buffer.length > 0) {
        wait_for_lines(copy, full);
        full = !write_buffer(copy);
        sandbox_log(SANDBOX_LOG_WRITER);
    }
}
