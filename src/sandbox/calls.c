/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls: one row per system call, one letter per kind of process. libseccomp ignores names that
 * exist on other architectures only.
 *
 * Never list io_uring_setup: the kernel carries out the requests in its ring without consulting
 * a filter, so it would allow open, connect and all the others.
 *
 * Known weakness: newfstatat, which the C library uses for fstat(3), reveals the metadata of
 * any path.
 */
#include "sandbox/calls.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/count.h"

#define W   (1u << SANDBOX_WORKER)
#define O   (1u << SANDBOX_OBSERVER)
#define C   (1u << SANDBOX_CLIENT)
#define R   (1u << SANDBOX_REPORTER)
#define F   (1u << SANDBOX_WRITER)
#define L   (1u << SANDBOX_LOADER | T)
#define T   (1u << SANDBOX_TREE_LOADER)
#define N   (1u << SANDBOX_OPENER)
#define V   (1u << SANDBOX_WATCHER)
#define P   (1u << SANDBOX_LOG_WRITER)
#define ALL (W | O | C | R | F | L | N | V | P)

#define CALL(call, who)                                                                        \
    {                                                                                          \
        .name = (call), .kinds = (who)                                                         \
    }
#define SELF(call, who)                                                                        \
    {                                                                                          \
        .name = (call), .kinds = (who), .self = true                                           \
    }
#define IF(call, who, ...)                                                                     \
    {                                                                                          \
        .name = (call), .kinds = (who), .conditions = { __VA_ARGS__ }                          \
    }

/* An int argument: compares the lower half only, since the kernel ignores the upper one. */
#define IS(number, wanted)                                                                     \
    {                                                                                          \
        .argument = (number), .mask = UINT32_MAX, .value = (wanted)                            \
    }
#define LACKS(number, bits)                                                                    \
    {                                                                                          \
        .argument = (number), .mask = (bits), .value = 0                                       \
    }
#define HAS(number, bits, wanted)                                                              \
    {                                                                                          \
        .argument = (number), .mask = (bits), .value = (wanted)                                \
    }

#define TO_WRITE (O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))
#define SHARED                                                                                 \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD) /* threads share */
#define NAMESPACES                                                                             \
    (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | \
     CLONE_NEWCGROUP)

/* clang-format off */
static const struct call table[] = {
    /* Descriptors that are already open: clients, the log, pipes, eventfds. */
    CALL("read", ALL),
    CALL("write", ALL),
    CALL("readv", ALL),
    CALL("writev", ALL),
    CALL("close", ALL),
    CALL("fstat", ALL),
    IF("newfstatat", W | L | N | P, HAS(3, AT_EMPTY_PATH, AT_EMPTY_PATH)), /* fstat(3) */
    CALL("lseek", ALL),

    /* A worker's event loop and its connections; SCM_RIGHTS for the handoff and the log. */
    CALL("epoll_wait", W),
    CALL("epoll_pwait", W),
    CALL("epoll_ctl", W),
    CALL("accept4", W | O),
    CALL("recvfrom", W | C),
    CALL("recvmsg", W | O | C | N | P),
    CALL("sendto", W | C),
    CALL("sendmsg", ALL), /* also to the journal */
    CALL("shutdown", W | C),
    CALL("getsockopt", W | C),
    IF("setsockopt", W, IS(1, SOL_SOCKET), IS(2, SO_SNDBUF)),
    IF("setsockopt", W, IS(1, SOL_SOCKET), IS(2, SO_LINGER)),
    IF("setsockopt", W, IS(1, SOL_SOCKET), IS(2, SO_MAX_PACING_RATE)),
    IF("ioctl", W | C, IS(1, SIOCOUTQ)),
    CALL("sendfile", W | F),
    CALL("vmsplice", W), /* pages of memory into a pipe made before, and */
    CALL("splice", W),   /* from it into a socket or /dev/null */

    /* Files of objects. The loader opens them before it enters the sandbox; its threads and
     * those of workers read them. */
    CALL("pread64", ALL),
    CALL("preadv", W),
    CALL("preadv2", W),

    /* Memory, but nothing executable. */
    CALL("brk", ALL),
    IF("mmap", ALL, LACKS(2, PROT_EXEC)),
    IF("mprotect", ALL, LACKS(2, PROT_EXEC)),
    CALL("munmap", ALL),
    CALL("mremap", ALL),
    CALL("madvise", ALL),
    CALL("getsockname", C), /* tells whether it is a Unix socket */
    CALL("cachestat", C | R), /* counts how much of an object is in memory */
    CALL("mincore", ALL), /* libunwind, with which tcmalloc records stacks that grow the heap */

    /* Threads. clone3 fails with ENOSYS, see filter.c: a filter can't inspect its flags. */
    IF("clone", W | L, HAS(0, SHARED | NAMESPACES, SHARED)),
    CALL("set_robust_list", ALL),
    CALL("rseq", ALL),
    CALL("futex", ALL),
    CALL("sched_yield", ALL),
    CALL("sched_getaffinity", ALL), /* the C library counts CPUs */
    CALL("getcpu", ALL),

    /* Clocks that the vDSO does not provide. */
    CALL("clock_gettime", ALL),
    CALL("clock_getres", ALL), /* clock_getcpuclockid(3) */
    CALL("gettimeofday", ALL),
    CALL("time", ALL),
    CALL("nanosleep", ALL),
    CALL("clock_nanosleep", ALL),

    /* The sampler's timers, and user and system time. */
    CALL("getrusage", W),
    CALL("timer_create", W),
    CALL("timer_settime", W),
    CALL("timer_delete", W),
    IF("ioctl", W, IS(1, PERF_EVENT_IOC_ENABLE)),
    IF("ioctl", W, IS(1, PERF_EVENT_IOC_DISABLE)),

    /* Signal handling, and the process's own end by abort(3) or after a crash. */
    CALL("rt_sigreturn", ALL),
    CALL("rt_sigprocmask", ALL),
    CALL("rt_sigaction", ALL),
    CALL("rt_sigpending", ALL),
    CALL("sigaltstack", ALL),
    CALL("restart_syscall", ALL),
    CALL("pause", ALL),
    SELF("tgkill", ALL & ~O),
    SELF("rt_tgsigqueueinfo", ALL & ~O),
    IF("prctl", ALL, IS(0, PR_SET_DUMPABLE)), /* for a core file */

    CALL("getpid", ALL),
    CALL("gettid", ALL),
    CALL("getuid", ALL),
    CALL("geteuid", ALL),
    CALL("getrandom", ALL),
    CALL("exit", ALL),
    CALL("exit_group", ALL),

    /* Waiting without epoll; a deadline for the whole process. */
    CALL("poll", ALL), /* when writing to the log would block */
    CALL("ppoll", ALL),
    CALL("alarm", O | C | R | F),
    CALL("setitimer", O | C | R | F),

    /* Reading files: programs, libraries, debug information, /proc, objects. Landlock decides
     * which. */
    IF("openat", C | R | T | N | V, LACKS(2, TO_WRITE)),
    CALL("openat2", T | N | V), /* below directories of trees */
    CALL("newfstatat", O | C | R | F | V),
    CALL("inotify_add_watch", V),
    CALL("fstatfs", T),
    CALL("statx", C | R),
    CALL("readlink", C | R),
    CALL("readlinkat", C | R),
    CALL("getdents64", C | R | F | V),
    CALL("fcntl", O | C | R | F | L | V),
    CALL("access", C | R),
    CALL("faccessat", C | R),
    CALL("faccessat2", C | R),
    CALL("sysinfo", C | R | F | L), /* qsort(3) */

    /* Requesting a worker's stack (SIGRTMIN + 2, which is 36 with glibc) and samples. */
    IF("kill", O | C | R, IS(1, 36)),
    IF("kill", O | C, IS(1, SIGPROF)),

    /* Profile files: created under a temporary name, then renamed. */
    CALL("openat", F),
    CALL("rename", F),
    CALL("renameat", F),
    CALL("renameat2", F),
    CALL("unlink", F),
    CALL("unlinkat", F),
    IF("fchmod", F, LACKS(1, S_ISUID | S_ISGID | S_ISVTX)), /* Landlock does not restrict modes */
    CALL("fchown", F),
    CALL("wait4", O | F),

    /* Memory for an object, which is sealed and passed to the master. */
    CALL("memfd_create", O | F | L),
    CALL("ftruncate", L),
    CALL("fallocate", L),

    /* The observer's own children. Its filter also allows whatever its children may do, because
     * a filter can't be lifted, only tightened. The last of these calls change a child's user
     * and tighten its sandbox. */
    IF("clone", O, LACKS(0, CLONE_VM | NAMESPACES)),
    IF("kill", O, IS(1, SIGKILL)), /* children that exceed their deadline */
    CALL("tgkill", O),
    CALL("rt_tgsigqueueinfo", O),
    CALL("signalfd4", O),
    CALL("close_range", O),
    CALL("pipe2", O | C | R | F | L | N | V), /* also libunwind, whose pipe is closed in children */
    CALL("setgroups", O),
    CALL("setgid", O),
    CALL("setuid", O),
    CALL("capget", O),
    CALL("capset", O),
    IF("prctl", O, IS(0, PR_SET_NO_NEW_PRIVS)),
    CALL("landlock_create_ruleset", O),
    CALL("landlock_add_rule", O),
    CALL("landlock_restrict_self", O),
    CALL("seccomp", O),
};
/* clang-format on */

/* The observer's filter contains those of its children. */
static unsigned
kinds_within(enum sandbox_kind kind)
{
    return kind == SANDBOX_OBSERVER ? O | C | R | F : 1u << kind;
}

const struct call *
calls_next(enum sandbox_kind kind, size_t *place)
{
    const unsigned kinds = kinds_within(kind);

    while (*place < COUNT(table)) {
        const struct call *call = &table[(*place)++];

        if ((call->kinds & kinds) != 0 && !(call->self && kind == SANDBOX_OBSERVER))
            return call;
    }
    return NULL;
}
