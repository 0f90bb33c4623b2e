/* SPDX-License-Identifier: BSD-2-Clause */
/* handover: see handover.h. */
#include "loader/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "object/hugepage.h"

#define SIZE_MAX_FILE (UINT64_C(1) << 62)
#define SECOND        1000000000 /* nanoseconds */

enum { UNCHANGED = 1, RESERVED = 2, IN_MEMORY = 4, ABSENT = 8, ALL_FLAGS = 15 };

struct handover {
    uint32_t number; /* of the object in the catalogue */
    uint32_t flags;
    uint64_t device;
    uint64_t inode;
    uint64_t size; /* of the file */
    struct timespec modified;
    struct timespec changed;
    uint64_t memory_size;
    unsigned char digest[OBJECT_DIGEST_SIZE];
};

union handover_ancillary {
    char space[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

int
handover_open(int ends[2])
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        return 0;
    close(ends[0]);
    close(ends[1]);
    return -EIO;
}

/* --- the loader's side -------------------------------------------------------------------- */

static struct handover
message_of(const struct object *object, uint32_t number)
{
    const struct source *source = &object->source;
    struct handover message;

    memset(&message, 0, sizeof(message));
    message.number = number;
    message.flags = (object->unchanged ? UNCHANGED : 0) |
                    (object->memory.reserved ? RESERVED : 0) |
                    (source->in_memory ? IN_MEMORY : 0) | (object->absent ? ABSENT : 0);
    message.device = source->device;
    message.inode = source->inode;
    message.size = source->size;
    message.modified = source->modified;
    message.changed = source->changed;
    message.memory_size = object->memory.size;
    memcpy(message.digest, object->digest, sizeof(message.digest));
    return message;
}

static void
attach_descriptor(struct msghdr *header, union handover_ancillary *ancillary, int fd)
{
    struct cmsghdr *first;

    header->msg_control = ancillary->space;
    header->msg_controllen = sizeof(ancillary->space);
    first = CMSG_FIRSTHDR(header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(first), &fd, sizeof(fd));
}

int
handover_send(int fd, const struct object *object, uint32_t number)
{
    struct handover message = message_of(object, number);
    struct iovec iov = { &message, sizeof(message) };
    struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
    union handover_ancillary ancillary = { { 0 } };
    const int given = object->memory.fd >= 0 ? object->memory.fd : object->source.fd;
    ssize_t sent;

    if (given >= 0)
        attach_descriptor(&header, &ancillary, given);
    do
        sent = sendmsg(fd, &header, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

/* --- the master's side -------------------------------------------------------------------- */

static int
descriptor_in(struct msghdr *header)
{
    const struct cmsghdr *first = CMSG_FIRSTHDR(header);
    int fd = -1;

    if (first && first->cmsg_level == SOL_SOCKET && first->cmsg_type == SCM_RIGHTS &&
        first->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(&fd, CMSG_DATA(first), sizeof(fd));
    return fd;
}

/* As handover_take(); *given is the caller's to close; -1: none. */
static int
handover_receive(int fd, struct handover *message, int *given)
{
    union handover_ancillary ancillary;
    struct iovec iov = { message, sizeof(*message) };
    struct msghdr header = { .msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = ancillary.space,
                             .msg_controllen = sizeof(ancillary.space) };
    ssize_t length;

    *given = -1;
    do
        length = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return errno == EAGAIN ? 0 : -errno;
    if (length == 0)
        return -EPIPE;
    *given = descriptor_in(&header);
    if (header.msg_flags & MSG_CTRUNC)
        return -EMFILE;
    return length == sizeof(*message) && !(header.msg_flags & MSG_TRUNC) ? 1 : -EPROTO;
}

static bool
is_time(const struct timespec *time)
{
    return time->tv_nsec >= 0 && time->tv_nsec < SECOND;
}

/* Is this the number of an object that the loader was to load and has not handed over? */
static bool
is_expected(const struct catalogue *catalogue, const struct handover *message)
{
    const struct object *object;

    if (message->number >= catalogue->count)
        return false;
    object = &catalogue->objects[message->number];
    return object->ops->load && !object->ready && message->size < SIZE_MAX_FILE &&
           !(message->flags & ~(unsigned)ALL_FLAGS) && is_time(&message->modified) &&
           is_time(&message->changed);
}

/* All of the object, and sealed. */
static bool
is_sealed_memory(const struct handover *message, uint64_t length, int fd)
{
    const struct sealed memory = { .fd = fd, .size = message->memory_size };

    return (memory.size == length || memory.size == hugepage_round(length)) &&
           sealed_check(&memory);
}

/* Asks nothing about the file itself: its disk may be slow. */
static bool
is_file_to_read(int fd)
{
    const int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && (flags & O_ACCMODE) == O_RDONLY && !(flags & O_PATH);
}

static bool
is_right(const struct object *object, const struct object *previous,
         const struct handover *message, int given)
{
    const uint64_t length = source_length(message->size, object->asset->encoding);

    if (message->flags & ABSENT)
        return given < 0 && object->ops == &object_cached && object->may_wait &&
               message->memory_size == 0;
    if (message->flags & UNCHANGED)
        return given < 0 && object->ops == &object_cached && previous &&
               previous->ops == &object_cached &&
               memcmp(message->digest, previous->digest, sizeof(message->digest)) == 0;
    if (object->ops == &object_cached)
        return given >= 0 && is_sealed_memory(message, length, given);
    return given >= 0 && is_file_to_read(given);
}

static void
put(struct object *object, const struct handover *message, int given)
{
    const bool cached = object->ops == &object_cached;

    object->source = (struct source){ .fd = cached ? -1 : given,
                                      .device = message->device,
                                      .inode = message->inode,
                                      .size = message->size,
                                      .modified = message->modified,
                                      .changed = message->changed,
                                      .in_memory = message->flags & IN_MEMORY };
    object->unchanged = message->flags & UNCHANGED;
    object->absent = message->flags & ABSENT;
    object->memory = (struct sealed){ .fd = cached ? given : -1,
                                      .reserved = message->flags & RESERVED,
                                      .size = message->memory_size };
    memcpy(object->digest, message->digest, sizeof(object->digest));
    object_set_length(object);
}

static int
check_and_put(struct catalogue *catalogue, const struct catalogue *previous,
              const struct handover *message, int given, struct object **taken)
{
    struct object *object;

    if (!is_expected(catalogue, message))
        return -EPROTO;
    object = &catalogue->objects[message->number];
    if (!is_right(object, catalogue_find_file(previous, object->asset), message, given))
        return -EPROTO;
    put(object, message, given);
    *taken = object;
    return 1;
}

int
handover_take(int fd, struct catalogue *catalogue, const struct catalogue *previous,
              struct object **taken)
{
    struct handover message;
    int given;
    int result = handover_receive(fd, &message, &given);

    if (result == 1)
        result = check_and_put(catalogue, previous, &message, given, taken);
    if (result != 1 && given >= 0)
        close(given);
    return result;
}
