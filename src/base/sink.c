/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sink: the current outlet of all lines of a process, and what all processes share about it.
 * outlet.c writes lines without blocking.
 */
#include "base/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/outlet.h"
#include "base/shmem.h"

/* What all processes know of the log. They may write what they like: it is only a number. */
struct sink_state {
    uint64_t lost;
    uint32_t torn; /* the last line is without its end */
};

static struct sink_state own;

static struct {
    struct outlet standard;
    bool journal;       /* that is what standard error is */
    struct outlet file; /* not open: lines go to standard error */
    bool kept;          /* file is what standard error was */
    char *path;         /* of file; NULL: none, or it was opened elsewhere */
    int next;           /* prepared; -1: none */
    char *next_path;
    uid_t trusted;
    struct sink_state *shared;
} sink = { .standard = { .fd = -1 },
           .file = { .fd = -1 },
           .next = -1,
           .trusted = (uid_t)-1,
           .shared = &own };

void
sink_share(void)
{
    void *memory = shmem_map(sizeof(own));

    if (memory)
        sink.shared = memory;
}

void
sink_trust(uid_t user)
{
    sink.trusted = user;
}

/* --- opening ------------------------------------------------------------------------------ */

/* JOURNAL_STREAM has the device and the inode of the journal's socket. */
static bool
names_journal(const struct stat *status)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char own_name[64];

    snprintf(own_name, sizeof(own_name), "%ju:%ju", (uintmax_t)status->st_dev,
             (uintmax_t)status->st_ino);
    return stream != NULL && strcmp(stream, own_name) == 0;
}

void
sink_open_standard(void)
{
    struct stat status;

    outlet_close(&sink.standard);
    sink.standard = outlet_of_stream(STDERR_FILENO);
    sink.journal = fstat(STDERR_FILENO, &status) == 0 && names_journal(&status);
}

void
sink_keep_standard(void)
{
    if (sink.file.fd >= 0)
        return;
    if (sink.standard.fd < 0)
        sink_open_standard();
    sink.file = sink.standard;
    sink.kept = true;
    if (sink.file.fd == STDERR_FILENO)
        sink.file.fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    sink.standard.fd = -1;
}

void
sink_use(int fd)
{
    outlet_close(&sink.file);
    sink.file = outlet_of(fd);
    sink.kept = false;
}

void
sink_abandon(void)
{
    if (sink.next >= 0)
        close(sink.next);
    free(sink.next_path);
    sink.next = -1;
    sink.next_path = NULL;
}

int
sink_prepare(const char *path)
{
    int error = 0;

    sink_abandon();
    if (path == NULL)
        return 0;
    if ((sink.next_path = strdup(path)) == NULL)
        return -ENOMEM;
    if ((sink.next = outlet_open(path, sink.trusted)) < 0) {
        error = sink.next;
        sink_abandon();
    }
    return error;
}

void
sink_commit(void)
{
    sink_use(sink.next);
    free(sink.path);
    sink.path = sink.next_path;
    sink.next = -1;
    sink.next_path = NULL;
}

int
sink_open(const char *path)
{
    const int error = sink_prepare(path);

    if (error == 0)
        sink_commit();
    return error;
}

int
sink_reopen(void)
{
    int fd;

    if (sink.path == NULL) {
        sink_open_standard();
        return 0;
    }
    if ((fd = outlet_open(sink.path, sink.trusted)) < 0)
        return fd;
    sink_use(fd);
    return 0;
}

static struct outlet *
standard_outlet(void)
{
    if (sink.standard.fd < 0)
        sink_open_standard();
    return &sink.standard;
}

static struct outlet *
outlet_in_use(void)
{
    return sink.file.fd >= 0 ? &sink.file : standard_outlet();
}

bool
sink_is_journal(void)
{
    return sink.journal && (sink.file.fd < 0 || sink.kept);
}

bool
sink_has_file(void)
{
    return sink.file.fd >= 0;
}

int
sink_descriptor(void)
{
    return outlet_in_use()->fd;
}

/* --- writing ------------------------------------------------------------------------------ */

static bool
write_to(const struct outlet *outlet, const char *line, size_t length)
{
    const ssize_t written = outlet_write(outlet, &sink.shared->torn, line, length);

    if (written >= 0 && (size_t)written < length)
        errno = ENOSPC;
    return written == (ssize_t)length;
}

bool
sink_write(const char *line, size_t length)
{
    return write_to(outlet_in_use(), line, length);
}

bool
sink_write_standard(const char *text, size_t length)
{
    return write_to(standard_outlet(), text, length);
}

uint64_t
sink_take_lost(void)
{
    return __atomic_exchange_n(&sink.shared->lost, 0, __ATOMIC_RELAXED);
}

void
sink_add_lost(uint64_t lines)
{
    __atomic_fetch_add(&sink.shared->lost, lines, __ATOMIC_RELAXED);
}
