/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * streaming: the representation stays in its file and is read piece by piece.
 *
 * The loader opens the file once a generation and reads it for the digest, unless it is as it
 * was in the generation before; then it hands the descriptor over. Workers share the
 * descriptor, but no position: all that they call, preadv2(2) and sendfile(2), is told the
 * offset. After each call the file is compared with what was announced, so that a client never
 * gets bytes of another file. Uses source of struct object.
 */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "object/base64.h"
#include "object/object.h"

/* Base64 groups a piece: 24 KiB of file and 32 KiB of text stay near the first cache. */
#define GROUPS 8192

static int
streaming_open(struct object *object)
{
    return object_open_file(object);
}

static int
streaming_load(struct object *object, const struct object *previous,
               struct load_progress *progress)
{
    int result = 0;

    if (previous && source_same(&previous->source, &object->source)) {
        memcpy(object->digest, previous->digest, sizeof(object->digest));
        load_progress_skip(progress, object->source.size);
    } else {
        result = source_load(&object->source, object->asset, NULL, object->digest, progress);
    }
    if (result < 0)
        source_close(&object->source);
    return result;
}

static void
streaming_close(struct object *object)
{
    source_close(&object->source);
}

/* Bytes of the file itself; 0: there are none now. Some file systems can't tell whether a read
 * would wait. */
static ssize_t
read_file(const struct object *object, void *buffer, size_t size, uint64_t offset, bool wait)
{
    const struct iovec iov = { .iov_base = buffer, .iov_len = size };
    const int flags = wait || object->source.in_memory ? 0 : RWF_NOWAIT;
    ssize_t n;

    do
        n = preadv2(object->source.fd, &iov, 1, (off_t)offset, flags);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EOPNOTSUPP ? -EAGAIN : -errno;
    return n;
}

/* How much of n bytes read at position can be encoded: padding may stand at the end alone.
 * 0: the kernel has cut the read short, which it does at the edge of what it has in memory. */
static ssize_t
whole_groups(const struct object *object, uint64_t position, ssize_t n)
{
    return position + (uint64_t)n < object->source.size ? n - n % 3 : n;
}

/* One group, or the part of it that was asked for. */
static ssize_t
streaming_read_group(const struct object *object, char *buffer, size_t size, uint64_t offset,
                     bool wait)
{
    unsigned char raw[3];
    char text[4];
    const uint64_t position = offset / 4 * 3;
    size_t skip = offset % 4;
    ssize_t n = read_file(object, raw, sizeof(raw), position, wait);

    if (n < 0 || (n = whole_groups(object, position, n)) == 0)
        return n;
    base64_encode(text, raw, (size_t)n);
    if (size > sizeof(text) - skip)
        size = sizeof(text) - skip;
    memcpy(buffer, text + skip, size);
    return (ssize_t)size;
}

/* Whole groups, straight into the buffer; offset is a multiple of 4 and size at least 4. */
static ssize_t
read_groups(const struct object *object, char *buffer, size_t size, uint64_t offset, bool wait)
{
    unsigned char raw[3 * GROUPS];
    const uint64_t position = offset / 4 * 3;
    size_t groups = size / 4 < GROUPS ? size / 4 : GROUPS;
    ssize_t n = read_file(object, raw, 3 * groups, position, wait);

    if (n < 0 || (n = whole_groups(object, position, n)) == 0)
        return n;
    return (ssize_t)base64_encode(buffer, raw, (size_t)n);
}

/* As much as fits, piece by piece; an odd start or end takes a call of its own. */
static ssize_t
read_base64(const struct object *object, char *buffer, size_t size, uint64_t offset, bool wait)
{
    const uint64_t length = object->length;
    size_t done = 0;

    if (offset % 4 != 0 || size < 4)
        return streaming_read_group(object, buffer, size, offset, wait);
    while (size - done >= 4 && offset + done < length) {
        ssize_t n = read_groups(object, buffer + done, size - done, offset + done, wait);

        if (n == 0 || (n == -EAGAIN && done > 0))
            break;
        if (n < 0)
            return n;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

/* The file is compared once, after all reads and before anything of it is sent. A call that has
 * brought nothing, while the file has kept its size, is tried again with waiting. */
static ssize_t
streaming_read(const struct object *object, void *buffer, size_t size, uint64_t offset,
               bool wait)
{
    ssize_t n = object->asset->encoding == ENCODING_BASE64
                    ? read_base64(object, buffer, size, offset, wait)
                    : read_file(object, buffer, size, offset, wait);
    int error;

    if (n < 0)
        return n;
    if ((error = source_verify(&object->source)) < 0)
        return error;
    if (n == 0)
        return wait ? -EIO : -EAGAIN;
    return n;
}

static int
streaming_file(const struct object *object, uint64_t *offset)
{
    *offset = 0;
    return object->asset->encoding == ENCODING_IDENTITY ? object->source.fd : -1;
}

static int
streaming_verify(const struct object *object)
{
    return source_verify(&object->source);
}

const struct object_ops object_streaming = {
    .check = source_check,
    .open = streaming_open,
    .load = streaming_load,
    .close = streaming_close,
    .read = streaming_read,
    .file = streaming_file,
    .verify = streaming_verify,
};

/* The descriptor is the tree's. */
static void
streamed_close(struct object *object)
{
    object->source.fd = -1;
}

const struct object_ops object_streamed = {
    .close = streamed_close,
    .read = streaming_read,
    .file = streaming_file,
    .verify = streaming_verify,
};

const struct object_ops object_closed = {
    .close = streamed_close,
};

const struct object_ops object_opened = {
    .close = streaming_close,
    .read = streaming_read,
    .file = streaming_file,
    .verify = streaming_verify,
};
