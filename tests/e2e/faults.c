/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * faults: makes calls of the C library fail, when preloaded (LD_PRELOAD, see ld.so(8)). What
 * fails, how and in which process is told by a table in the file that $FAULTS names; the test
 * that owns it can change it at any time, and reads there how often each was called. See
 * faults.py, which has the same names in the same order.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* One line a call: the sort of each is told by the macros below. */
#define CALLS(call)                                                                            \
    call(accept4) call(calloc) call(dup2) call(epoll_create1) call(epoll_ctl) call(epoll_wait) \
        call(eventfd) call(eventfd_read) call(eventfd_write) call(fopen) call(fork)            \
            call(fstat) call(getsockopt) call(ioctl) call(listen) call(malloc)                 \
                call(memfd_create) call(mmap) call(mprotect) call(open) call(pipe2) call(poll) \
                    call(posix_fallocate) call(pread) call(preadv2) call(pthread_create)       \
                        call(read) call(realloc) call(recv) call(recvmsg) call(rename)         \
                            call(send) call(sendfile) call(sendmsg) call(setsockopt)           \
                                call(shutdown) call(socket) call(socketpair) call(splice)      \
                                    call(vmsplice) call(write)

enum call {
#define NUMBER(name) CALL_##name,
    CALLS(NUMBER) CALL_COUNT
};

enum { SHORT = -1 }; /* in place of an error: less than was asked for */

struct rule {
    int32_t pid;   /* whose calls; 0: everybody's */
    int32_t error; /* 0: none fails */
    uint32_t every;
    uint32_t nth; /* 0, or the only one that fails */
    uint32_t calls;
    uint32_t injected;
};

static struct rule *rules;
static void *nexts[CALL_COUNT];
static const char *const names[CALL_COUNT] = {
#define NAME(name) #name,
    CALLS(NAME)
};

static int
next_mmap_file(const char *path)
{
    static int (*next_open)(const char *, int, ...);

    *(void **)&next_open = dlsym(RTLD_NEXT, "open");
    return next_open(path, O_RDWR | O_CLOEXEC);
}

__attribute__((constructor)) static void
faults_start(void)
{
    const char *path = getenv("FAULTS");
    void *(*next_mmap)(void *, size_t, int, int, int, off_t);
    int fd;
    void *table;

    for (size_t i = 0; i < CALL_COUNT; i++)
        nexts[i] = dlsym(RTLD_NEXT, names[i]);
    if (path == NULL || (fd = next_mmap_file(path)) < 0)
        return;
    *(void **)&next_mmap = nexts[CALL_mmap];
    table =
        next_mmap(NULL, CALL_COUNT * sizeof(*rules), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (table != MAP_FAILED)
        rules = table;
}

static void *
next_of(enum call call)
{
    if (nexts[call] == NULL)
        nexts[call] = dlsym(RTLD_NEXT, names[call]);
    return nexts[call];
}

/* The error of this call of the process, SHORT, or 0. */
static int
fault(enum call call)
{
    struct rule *rule = rules ? &rules[call] : NULL;
    uint32_t number;

    if (rule == NULL || (rule->pid != 0 && rule->pid != getpid()))
        return 0;
    number = __atomic_add_fetch(&rule->calls, 1, __ATOMIC_RELAXED);
    if (rule->error == 0 || (rule->nth ? number != rule->nth : number % rule->every != 0))
        return 0;
    __atomic_add_fetch(&rule->injected, 1, __ATOMIC_RELAXED);
    return rule->error;
}

#define REAL(name) (*(__typeof__(&name) *)&(void *){ next_of(CALL_##name) })

/* A call that can only fail, with errno and `failed`. */
#define FAILS(type, failed, name, parameters, arguments)                                       \
    type name parameters                                                                       \
    {                                                                                          \
        int error = fault(CALL_##name);                                                        \
                                                                                               \
        if (error > 0) {                                                                       \
            errno = error;                                                                     \
            return failed;                                                                     \
        }                                                                                      \
        return REAL(name) arguments;                                                           \
    }

/* The same, of which `size` can be cut, too. */
#define CUTS(type, name, parameters, arguments)                                                \
    type name parameters                                                                       \
    {                                                                                          \
        int error = fault(CALL_##name);                                                        \
                                                                                               \
        if (error > 0) {                                                                       \
            errno = error;                                                                     \
            return -1;                                                                         \
        }                                                                                      \
        if (error == SHORT && size > 1)                                                        \
            size = size / 2;                                                                   \
        return REAL(name) arguments;                                                           \
    }

/* One that returns its error. */
#define TELLS(name, parameters, arguments)                                                     \
    int name parameters                                                                        \
    {                                                                                          \
        int error = fault(CALL_##name);                                                        \
                                                                                               \
        return error > 0 ? error : REAL(name) arguments;                                       \
    }

FAILS(int, -1, accept4, (int fd, struct sockaddr *address, socklen_t *length, int flags),
      (fd, address, length, flags))
FAILS(int, -1, dup2, (int from, int to), (from, to))
FAILS(int, -1, epoll_create1, (int flags), (flags))
FAILS(int, -1, epoll_ctl, (int set, int operation, int fd, struct epoll_event *event),
      (set, operation, fd, event))
FAILS(int, -1, epoll_wait, (int set, struct epoll_event *events, int count, int wait),
      (set, events, count, wait))
FAILS(int, -1, eventfd, (unsigned value, int flags), (value, flags))
FAILS(int, -1, eventfd_read, (int fd, eventfd_t *value), (fd, value))
FAILS(int, -1, eventfd_write, (int fd, eventfd_t value), (fd, value))
FAILS(FILE *, NULL, fopen, (const char *path, const char *mode), (path, mode))
FAILS(pid_t, -1, fork, (void), ())
FAILS(int, -1, fstat, (int fd, struct stat *status), (fd, status))
FAILS(int, -1, getsockopt, (int fd, int level, int name, void *value, socklen_t *length),
      (fd, level, name, value, length))
FAILS(int, -1, listen, (int fd, int backlog), (fd, backlog))
FAILS(int, -1, memfd_create, (const char *name, unsigned flags), (name, flags))
FAILS(void *, MAP_FAILED, mmap,
      (void *at, size_t length, int protection, int flags, int fd, off_t offset),
      (at, length, protection, flags, fd, offset))
FAILS(int, -1, mprotect, (void *at, size_t length, int protection), (at, length, protection))
FAILS(int, -1, pipe2, (int fds[2], int flags), (fds, flags))
FAILS(int, -1, poll, (struct pollfd * fds, nfds_t count, int wait), (fds, count, wait))
TELLS(posix_fallocate, (int fd, off_t offset, off_t length), (fd, offset, length))
CUTS(ssize_t, pread, (int fd, void *bytes, size_t size, off_t offset),
     (fd, bytes, size, offset))
TELLS(pthread_create,
      (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *),
       void *argument),
      (thread, attributes, run, argument))
CUTS(ssize_t, read, (int fd, void *bytes, size_t size), (fd, bytes, size))
CUTS(ssize_t, recv, (int fd, void *bytes, size_t size, int flags), (fd, bytes, size, flags))
FAILS(ssize_t, -1, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
FAILS(int, -1, rename, (const char *from, const char *to), (from, to))
CUTS(ssize_t, send, (int fd, const void *bytes, size_t size, int flags),
     (fd, bytes, size, flags))
CUTS(ssize_t, sendfile, (int to, int from, off_t *offset, size_t size),
     (to, from, offset, size))
FAILS(int, -1, setsockopt, (int fd, int level, int name, const void *value, socklen_t length),
      (fd, level, name, value, length))
FAILS(int, -1, shutdown, (int fd, int how), (fd, how))
FAILS(int, -1, socket, (int family, int type, int protocol), (family, type, protocol))
FAILS(int, -1, socketpair, (int family, int type, int protocol, int fds[2]),
      (family, type, protocol, fds))
CUTS(ssize_t, splice,
     (int from, off64_t *from_at, int to, off64_t *to_at, size_t size, unsigned flags),
     (from, from_at, to, to_at, size, flags))
FAILS(ssize_t, -1, vmsplice,
      (int fd, const struct iovec *buffers, size_t count, unsigned flags),
      (fd, buffers, count, flags))
CUTS(ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size))

/* Of the first buffer alone. */
static struct iovec
cut_first(const struct iovec *buffers)
{
    return (struct iovec){ buffers->iov_base,
                           buffers->iov_len > 1 ? buffers->iov_len / 2 : buffers->iov_len };
}

ssize_t
preadv2(int fd, const struct iovec *buffers, int count, off_t offset, int flags)
{
    int error = fault(CALL_preadv2);
    struct iovec cut;

    if (error > 0) {
        errno = error;
        return -1;
    }
    if (error == SHORT) {
        cut = cut_first(buffers);
        return REAL(preadv2)(fd, &cut, 1, offset, flags);
    }
    return REAL(preadv2)(fd, buffers, count, offset, flags);
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
    int error = fault(CALL_sendmsg);
    struct msghdr shorter = *message;
    struct iovec cut;

    if (error > 0) {
        errno = error;
        return -1;
    }
    if (error == SHORT) {
        cut = cut_first(message->msg_iov);
        shorter.msg_iov = &cut;
        shorter.msg_iovlen = 1;
        return REAL(sendmsg)(fd, &shorter, flags);
    }
    return REAL(sendmsg)(fd, message, flags);
}

int
ioctl(int fd, unsigned long request, ...)
{
    int error = fault(CALL_ioctl);
    va_list arguments;
    void *argument;

    va_start(arguments, request);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    if (error > 0) {
        errno = error;
        return -1;
    }
    return REAL(ioctl)(fd, request, argument);
}

int
open(const char *path, int flags, ...)
{
    int error = fault(CALL_open);
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (error > 0) {
        errno = error;
        return -1;
    }
    return REAL(open)(path, flags, mode);
}

/* --- memory: dlsym(3) may ask for some before it can say whose the next malloc(3) is
 * ---------- */

static bool finding;

static void *
early(size_t size)
{
    static char room[16384] __attribute__((aligned(16)));
    static size_t used;
    void *at = room + used;

    used += (size + 15) & ~(size_t)15;
    return used <= sizeof(room) ? at : NULL;
}

/* libseccomp 2.5.4 takes a failed allocation for a success, and crashes: its own never fail. */
static struct {
    uintptr_t begin;
    uintptr_t end;
} spared;

static int
spare_library(struct dl_phdr_info *info, size_t size, void *nothing)
{
    (void)size;
    (void)nothing;
    if (strstr(info->dlpi_name, "libseccomp") == NULL)
        return 0;
    for (size_t i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
            spared.begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            spared.end = spared.begin + info->dlpi_phdr[i].p_memsz;
        }
    return 1;
}

__attribute__((constructor)) static void
faults_spare(void)
{
    dl_iterate_phdr(spare_library, NULL);
}

static bool
is_spared(const void *caller)
{
    return (uintptr_t)caller >= spared.begin && (uintptr_t)caller < spared.end;
}

static bool
is_ready(enum call call)
{
    if (nexts[call] == NULL && !finding) {
        finding = true;
        next_of(call);
        finding = false;
    }
    return nexts[call] != NULL;
}

#define ALLOCATES(name, parameters, arguments, bytes)                                          \
    void *name parameters                                                                      \
    {                                                                                          \
        if (!is_ready(CALL_##name))                                                            \
            return early(bytes);                                                               \
        if (!is_spared(__builtin_return_address(0)) && fault(CALL_##name) > 0) {               \
            errno = ENOMEM;                                                                    \
            return NULL;                                                                       \
        }                                                                                      \
        return REAL(name) arguments;                                                           \
    }

ALLOCATES(malloc, (size_t size), (size), size)
ALLOCATES(calloc, (size_t count, size_t size), (count, size), count *size)
ALLOCATES(realloc, (void *at, size_t size), (at, size), size)
