/* SPDX-License-Identifier: BSD-2-Clause */
/* handover: see handover.h. */
#include "loader/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "object/hugepage.h"

#define SECOND 1000000000 /* nanoseconds */

enum {
    UNCHANGED = 1,
    RESERVED = 2,
    IN_MEMORY = 4,
    ABSENT = 8,
    MISSING = 16,
    MADE = 32,
    ALL_FLAGS = 63
};

enum { OBJECT = 1, TREE = 2, FILES = 3 }; /* kinds of messages */

struct handover {
    uint32_t kind;
    uint32_t number; /* of the object in the catalogue */
    uint32_t flags;
    uint64_t device;
    uint64_t inode;
    uint64_t size; /* of the file */
    struct timespec modified;
    struct timespec changed;
    uint64_t memory_size;
    uint64_t length; /* of the object; if it was made */
    unsigned char digest[OBJECT_DIGEST_SIZE];
};

/* Pieces of memory of a tree, in the order of their descriptors; then comes the directory. */
enum { PATHS, ENTRIES, PACK, PIECES };

struct handover_tree {
    uint32_t kind;
    uint32_t number; /* of the tree in the catalogue */
    uint64_t count;  /* of entries */
    uint64_t sizes[PIECES];
    uint32_t reserved[PIECES];
    uint32_t has_pack;
};

/* Descriptors of streamed files of a tree, which comes afterwards. */
struct handover_files {
    uint32_t kind;
    uint32_t number;
};

union handover_message {
    uint32_t kind;
    struct handover_files files;
    struct handover object;
    struct handover_tree tree;
};

#define DESCRIPTORS_MAX 64 /* of one message; the kernel takes 253 */

struct descriptors {
    int fds[DESCRIPTORS_MAX];
    size_t count;
};

union handover_ancillary {
    char space[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
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
    message.kind = OBJECT;
    message.number = number;
    message.flags = (object->unchanged ? UNCHANGED : 0) |
                    (object->memory.reserved ? RESERVED : 0) |
                    (source->in_memory ? IN_MEMORY : 0) | (object->absent ? ABSENT : 0) |
                    (object->missing ? MISSING : 0) | (object->made ? MADE : 0);
    message.device = source->device;
    message.inode = source->inode;
    message.size = source->size;
    message.modified = source->modified;
    message.changed = source->changed;
    message.memory_size = object->memory.size;
    message.length = object->length;
    memcpy(message.digest, object->digest, sizeof(message.digest));
    return message;
}

static void
attach_descriptors(struct msghdr *header, union handover_ancillary *ancillary,
                   const struct descriptors *given)
{
    const size_t size = given->count * sizeof(int);
    struct cmsghdr *first;

    if (given->count == 0)
        return;
    header->msg_control = ancillary->space;
    header->msg_controllen = CMSG_SPACE(size);
    if ((first = CMSG_FIRSTHDR(header)) == NULL)
        return;
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(first), given->fds, size);
}

static int
handover_give(int fd, void *message, size_t size, const struct descriptors *given)
{
    struct iovec iov = { message, size };
    struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
    union handover_ancillary ancillary = { { 0 } };
    ssize_t sent;

    attach_descriptors(&header, &ancillary, given);
    do
        sent = sendmsg(fd, &header, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

int
handover_send(int fd, const struct object *object, uint32_t number)
{
    struct handover message = message_of(object, number);
    const int given = object->memory.fd >= 0 ? object->memory.fd : object->source.fd;
    const struct descriptors descriptors = { .fds = { given }, .count = given >= 0 };

    return handover_give(fd, &message, sizeof(message), &descriptors);
}

static int
send_files(int fd, const struct tree *tree, uint32_t number)
{
    struct handover_files message = { .kind = FILES, .number = number };
    int error = 0;

    for (size_t i = 0; error == 0 && i < tree->opened_count; i += DESCRIPTORS_MAX) {
        const size_t left = tree->opened_count - i;
        struct descriptors descriptors = { .count = left < DESCRIPTORS_MAX ? left
                                                                           : DESCRIPTORS_MAX };

        memcpy(descriptors.fds, tree->opened + i, descriptors.count * sizeof(int));
        error = handover_give(fd, &message, sizeof(message), &descriptors);
    }
    return error;
}

int
handover_send_tree(int fd, const struct tree *tree, uint32_t number)
{
    const struct sealed *const pieces[] = { [PATHS] = &tree->paths_memory,
                                            [ENTRIES] = &tree->entries_memory,
                                            [PACK] = &tree->pack.memory };
    struct handover_tree message;
    struct descriptors descriptors = { .count = 0 };
    int error;

    memset(&message, 0, sizeof(message));
    message.kind = TREE;
    message.number = number;
    message.count = tree->count;
    message.has_pack = tree->pack.memory.fd >= 0;
    for (size_t i = 0; i < PIECES; i++) {
        message.sizes[i] = pieces[i]->size;
        message.reserved[i] = pieces[i]->reserved;
        if (pieces[i]->fd >= 0)
            descriptors.fds[descriptors.count++] = pieces[i]->fd;
    }
    descriptors.fds[descriptors.count++] = tree->directory;
    error = send_files(fd, tree, number);
    return error < 0 ? error : handover_give(fd, &message, sizeof(message), &descriptors);
}

/* --- the master's side -------------------------------------------------------------------- */

static void
descriptors_in(struct msghdr *header, struct descriptors *given)
{
    const struct cmsghdr *first = CMSG_FIRSTHDR(header);

    given->count = 0;
    if (first == NULL || first->cmsg_level != SOL_SOCKET || first->cmsg_type != SCM_RIGHTS)
        return;
    given->count = (first->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(given->fds, CMSG_DATA(first), given->count * sizeof(int));
}

static bool
has_right_size(const union handover_message *message, size_t length)
{
    if (length < sizeof(message->kind))
        return false;
    if (message->kind == FILES)
        return length == sizeof(message->files);
    return length == (message->kind == TREE ? sizeof(message->tree) : sizeof(message->object));
}

/* As handover_take(); what is given is the caller's to close. */
static int
handover_receive(int fd, union handover_message *message, struct descriptors *given)
{
    union handover_ancillary ancillary;
    struct iovec iov = { message, sizeof(*message) };
    struct msghdr header = { .msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = ancillary.space,
                             .msg_controllen = sizeof(ancillary.space) };
    ssize_t length;

    given->count = 0;
    do
        length = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return errno == EAGAIN ? 0 : -errno;
    if (length == 0)
        return -EPIPE;
    descriptors_in(&header, given);
    if (header.msg_flags & MSG_CTRUNC)
        return -EMFILE;
    return has_right_size(message, (size_t)length) && !(header.msg_flags & MSG_TRUNC) ? 1
                                                                                      : -EPROTO;
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
    return object->ops->load && !object->ready && message->size < SOURCE_SIZE_MAX &&
           !(message->flags & ~(unsigned)ALL_FLAGS) && is_time(&message->modified) &&
           is_time(&message->changed);
}

/* All of the object, and sealed. */
static bool
is_sealed_memory(const struct handover *message, uint64_t length, int fd)
{
    const struct sealed memory = { .fd = fd, .size = message->memory_size };

    return (memory.size == (length > 0 ? length : 1) ||
            memory.size == hugepage_round(length)) &&
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
is_made_right(const struct object *object, const struct object *previous,
              const struct handover *message, int given)
{
    const struct sealed memory = { .fd = given, .size = message->memory_size };

    if (coding_listed(&object->asset->compress, object->coding) == NULL ||
        message->flags & ABSENT)
        return false;
    if (message->flags & UNCHANGED)
        return given < 0 && previous && previous->made && !previous->missing &&
               message->length == previous->length &&
               memcmp(message->digest, previous->digest, sizeof(message->digest)) == 0;
    return given >= 0 && message->length > 0 && message->length <= message->memory_size &&
           sealed_check(&memory);
}

static bool
is_right(const struct object *object, const struct object *previous,
         const struct handover *message, int given)
{
    const uint64_t length = source_length(message->size, object->asset->encoding);

    if (message->flags & MISSING)
        return given < 0 && object->coding != CODING_IDENTITY && message->memory_size == 0;
    if (message->flags & MADE)
        return is_made_right(object, previous, message, given);
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
    const bool made = message->flags & MADE;
    const bool cached = made || object->ops == &object_cached;

    if (made)
        encoded_make(object);
    object->source = (struct source){ .fd = cached ? -1 : given,
                                      .device = message->device,
                                      .inode = message->inode,
                                      .size = message->size,
                                      .modified = message->modified,
                                      .changed = message->changed,
                                      .in_memory = message->flags & IN_MEMORY };
    object->unchanged = message->flags & UNCHANGED;
    object->absent = message->flags & ABSENT;
    object->missing = message->flags & MISSING;
    object->memory = (struct sealed){ .fd = cached ? given : -1,
                                      .reserved = message->flags & RESERVED,
                                      .size = message->memory_size };
    memcpy(object->digest, message->digest, sizeof(object->digest));
    object_set_length(object);
    if (made)
        object->length = message->length;
}

static int
take_object(struct catalogue *catalogue, const struct catalogue *previous,
            const struct handover *message, struct descriptors *given,
            struct handover_taken *taken)
{
    const int fd = given->count > 0 ? given->fds[0] : -1;
    struct object *object;

    if (message->kind != OBJECT || given->count > 1 || !is_expected(catalogue, message))
        return -EPROTO;
    object = &catalogue->objects[message->number];
    if (!is_right(object, catalogue_find_file(previous, object->asset), message, fd))
        return -EPROTO;
    put(object, message, fd);
    given->count = 0;
    taken->object = object;
    return 1;
}

static int
take_opened(struct catalogue *catalogue, const struct handover_files *message,
            struct descriptors *given)
{
    struct tree *tree;
    int *opened;

    if (message->number >= catalogue->tree_count || given->count == 0)
        return -EPROTO;
    tree = &catalogue->trees[message->number];
    for (size_t i = 0; i < given->count; i++)
        if (!is_file_to_read(given->fds[i]))
            return -EPROTO;
    if (tree->opened_count + given->count > tree->asset->max_open_files)
        return -EPROTO;
    opened = reallocarray(tree->opened, tree->opened_count + given->count, sizeof(*opened));
    if (opened == NULL)
        return -ENOMEM;
    memcpy(opened + tree->opened_count, given->fds, given->count * sizeof(*opened));
    tree->opened = opened;
    tree->opened_count += given->count;
    given->count = 0;
    return 1;
}

/* What is in the memory is checked when it is attached. */
static int
take_tree(struct catalogue *catalogue, const struct handover_tree *message,
          struct descriptors *given, struct handover_taken *taken)
{
    struct tree *tree;
    struct sealed *pieces[PIECES];
    size_t next = 0;

    if (message->number >= catalogue->tree_count ||
        given->count != (message->has_pack ? PIECES : PIECES - 1) + 1 ||
        message->count > UINT32_MAX)
        return -EPROTO;
    tree = &catalogue->trees[message->number];
    if (tree->paths_memory.size > 0 || tree->asset->variant == VARIANT_EMBEDDED)
        return -EPROTO;
    pieces[PATHS] = &tree->paths_memory;
    pieces[ENTRIES] = &tree->entries_memory;
    pieces[PACK] = &tree->pack.memory;
    for (size_t i = 0; i < (message->has_pack ? PIECES : PIECES - 1); i++)
        *pieces[i] = (struct sealed){ .fd = given->fds[next++],
                                      .reserved = message->reserved[i] != 0,
                                      .size = message->sizes[i] };
    tree->directory = given->fds[next];
    tree->count = (size_t)message->count;
    given->count = 0;
    taken->tree = tree;
    return 1;
}

int
handover_take(int fd, struct catalogue *catalogue, const struct catalogue *previous,
              struct handover_taken *taken)
{
    union handover_message message;
    struct descriptors given;
    int result = handover_receive(fd, &message, &given);

    *taken = (struct handover_taken){ 0 };
    if (result == 1 && message.kind == TREE)
        result = take_tree(catalogue, &message.tree, &given, taken);
    else if (result == 1 && message.kind == FILES)
        result = take_opened(catalogue, &message.files, &given);
    else if (result == 1)
        result = take_object(catalogue, previous, &message.object, &given, taken);
    for (size_t i = 0; i < given.count; i++)
        close(given.fds[i]);
    return result;
}
