/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source: opens, checks and reads the files that objects are made from.
 *
 * Files are read with pread(2), never mapped: a mapped file that is truncated ends its reader
 * with SIGBUS. While a file is served, a change is detected by its size and modification time,
 * since the time of status change may differ although the bytes are the same; a writer that
 * restores both is detected at the next reload.
 */
#include "object/source.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/nodump.h"
#include "config/section.h"
#include "object/base64.h"

#define CHUNK (3 * 64 * 1024) /* whole base64 groups */

/* Why a file can't be an object; NULL when it can. */
static const char *
objection_to(const struct stat *status)
{
    if (S_ISDIR(status->st_mode))
        return "is a directory";
    if (!S_ISREG(status->st_mode))
        return "is not a regular file";
    return NULL;
}

/* O_NONBLOCK: opening a FIFO must not block. */
static int
open_for_reading(const char *file)
{
    return open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

void
source_check(const struct config_asset *asset, struct report *report)
{
    struct stat status;
    const char *reason;
    int fd = open_for_reading(asset->file);

    if (fd < 0 || fstat(fd, &status) < 0)
        reason = strerror(errno);
    else
        reason = objection_to(&status);
    if (reason)
        report_error(report, asset->file_origin,
                     "[%s %s] file: \"%s\": %s; a readable, regular file is needed",
                     section_name(section_of_asset(asset)), asset->path, asset->file, reason);
    if (fd >= 0)
        close(fd);
}

static bool
in_memory(int fd)
{
    struct statfs status;

    return fstatfs(fd, &status) == 0 &&
           (status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC);
}

const char *
source_examine(struct source *source, int fd)
{
    struct stat status;
    const char *reason;

    if (fstat(fd, &status) < 0)
        return strerror(errno);
    if ((reason = objection_to(&status)) != NULL)
        return reason;
    *source = (struct source){ .fd = fd,
                               .device = status.st_dev,
                               .inode = status.st_ino,
                               .size = (uint64_t)status.st_size,
                               .modified = status.st_mtim,
                               .changed = status.st_ctim,
                               .in_memory = in_memory(fd) };
    return NULL;
}

int
source_open(struct source *source, const struct config_asset *asset)
{
    int fd = open_for_reading(asset->file);
    const char *reason;
    int error;

    if (fd < 0) {
        error = -errno;
        log_error("%s: %s", asset->file, strerror(-error));
        return error;
    }
    if ((reason = source_examine(source, fd)) == NULL)
        return 0;
    log_error("%s: %s", asset->file, reason);
    close(fd);
    return -EINVAL;
}

uint64_t
source_length(uint64_t size, enum encoding encoding)
{
    return encoding == ENCODING_BASE64 ? base64_length(size) : size;
}

void
source_close(struct source *source)
{
    if (source->fd >= 0)
        close(source->fd);
    source->fd = -1;
}

static bool
same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

int
source_verify(const struct source *source)
{
    struct stat status;

    if (fstat(source->fd, &status) < 0)
        return -errno;
    return (uint64_t)status.st_size == source->size &&
                   same_time(status.st_mtim, source->modified)
               ? 0
               : -ESTALE;
}

int
source_identify(const struct source *source, int fd)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return -errno;
    return status.st_dev == source->device && status.st_ino == source->inode &&
                   (uint64_t)status.st_size == source->size &&
                   same_time(status.st_mtim, source->modified)
               ? 0
               : -ESTALE;
}

bool
source_alike(const struct source *a, const struct source *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           same_time(a->modified, b->modified);
}

bool
source_same(const struct source *a, const struct source *b)
{
    return source_alike(a, b) && same_time(a->changed, b->changed);
}

/* Fills a chunk from offset, or what is left of the file's announced size: a target has space
 * for that alone. -ESTALE: there is less. */
static ssize_t
read_chunk(const struct source *source, unsigned char *chunk, uint64_t offset)
{
    const uint64_t rest = source->size - offset;
    const size_t size = rest < CHUNK ? (size_t)rest : CHUNK;
    size_t length = 0;

    while (length < size) {
        ssize_t n = pread(source->fd, chunk + length, size - length, (off_t)(offset + length));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        length += (size_t)n;
    }
    return length < size ? -ESTALE : (ssize_t)length;
}

int
source_pieces(const struct source *source, source_piece *take, void *argument,
              struct load_progress *progress)
{
    unsigned char *chunk = nodump_alloc(CHUNK);
    uint64_t offset = 0;
    int error = chunk ? 0 : -ENOMEM;

    while (error == 0 && offset < source->size) {
        const ssize_t n = read_chunk(source, chunk, offset);

        if (n < 0) {
            error = (int)n;
            break;
        }
        offset += (uint64_t)n;
        load_progress_add(progress, (uint64_t)n);
        error = take(argument, chunk, (size_t)n, offset == source->size);
    }
    if (chunk)
        nodump_free(chunk, CHUNK);
    return error < 0 ? error : source_verify(source);
}

/* Where the next chunk goes to, and from where its digest is taken: straight into the target,
 * or into work, which holds a chunk and, behind it, its encoding. */
static ssize_t
load_chunk(const struct source *source, enum encoding encoding, char **out, unsigned char *work,
           uint64_t offset)
{
    const bool encode = encoding == ENCODING_BASE64;
    unsigned char *chunk = *out && !encode ? (unsigned char *)*out : work;
    const ssize_t n = read_chunk(source, chunk, offset);

    if (!encode || n < 0) {
        *out = (char *)chunk;
        return n;
    }
    if (*out == NULL)
        *out = (char *)work + CHUNK;
    base64_encode(*out, work, (size_t)n);
    return n;
}

static int
load_chunks(const struct source *source, enum encoding encoding, char *target,
            unsigned char *work, struct sha256_ctx *sha, struct load_progress *progress)
{
    uint64_t offset = 0;

    while (offset < source->size) {
        char *out = target;
        const ssize_t n = load_chunk(source, encoding, &out, work, offset);
        const size_t length =
            n > 0 && encoding == ENCODING_BASE64 ? base64_length((size_t)n) : (size_t)n;

        if (n < 0)
            return (int)n;
        sha256_update(sha, length, (const uint8_t *)out);
        if (target)
            target += length;
        offset += (uint64_t)n;
        load_progress_add(progress, (uint64_t)n);
    }
    return source_verify(source);
}

/* Bytes to work in; 0: all goes straight into the target. */
static size_t
work_size(const struct source *source, enum encoding encoding, const char *target)
{
    const size_t chunk = source->size < CHUNK ? (size_t)source->size + 1 : CHUNK;

    if (target && encoding == ENCODING_IDENTITY)
        return 0;
    return encoding == ENCODING_IDENTITY ? chunk : CHUNK + base64_length(CHUNK);
}

int
source_read(const struct source *source, enum encoding encoding, char *target,
            unsigned char *digest, struct load_progress *progress)
{
    struct sha256_ctx sha;
    const size_t size = work_size(source, encoding, target);
    unsigned char *work = size > 0 ? nodump_alloc(size) : NULL;
    int result;

    if (size > 0 && work == NULL)
        return -ENOMEM;
    sha256_init(&sha);
    result = load_chunks(source, encoding, target, work, &sha, progress);
    sha256_digest(&sha, SHA256_DIGEST_SIZE, digest);
    if (size > 0)
        nodump_free(work, size);
    return result;
}

int
source_load(const struct source *source, const struct config_asset *asset, char *target,
            unsigned char *digest, struct load_progress *progress)
{
    const int result = source_read(source, asset->encoding, target, digest, progress);

    if (result < 0)
        log_error("%s: %s", asset->file,
                  result == -ESTALE ? "changed while it was read" : strerror(-result));
    return result;
}
