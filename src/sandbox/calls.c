/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls: one row for each system call, one letter for each kind of process. A name of another
 * architecture does no harm; libseccomp leaves it out.
 *
 * io_uring_setup must never be listed: what its ring asks for is done by the kernel without
 * passing a filter, so it would bring back open, connect and the rest.
 *
 * Known weakness: newfstatat, which fstat(3) is made of, tells the metadata of any path.
 */
#include "sandbox/calls.h"

#include <fcntl.h>
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
#define ALL (W | O | C | R | F | L)

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

/* An int argument: its upper half is not the kernel's concern. */
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
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD) /* by threads */
#define NAMESPACES                                                                             \
    (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | \
     CLONE_NEWCGROUP)

/* clang-format off */
static const struct call table[] = {
    /* Descriptors that are open already: clients, the log, pipes, event counters. */
    CALL("read", ALL),
    CALL("write", ALL),
    CALL("readv", ALL),
    CALL("writev", ALL),
    CALL("close", ALL),
    CALL("fstat", ALL),
    IF("newfstatat", W | L, HAS(3, AT_EMPTY_PATH, AT_EMPTY_PATH)), /* fstat(3) */
    CALL("lseek", ALL),

    /* A worker's loop and its connections; SCM_RIGHTS for the handoff and the log. */
    CALL("epoll_wait", W),
    CALL("epoll_pwait", W),
    CALL("epoll_ctl", W),
    CALL("accept4", W | O),
    CALL("recvfrom", W | C),
    CALL("recvmsg", W | O | C),
    CALL("sendto", W | C),
    CALL("sendmsg", ALL), /* to the journal, too */
    CALL("shutdown", W | C),
    CALL("getsockopt", W | C),
    IF("setsockopt", W, IS(1, SOL_SOCKET), IS(2, SO_SNDBUF)),
    IF("setsockopt", W, IS(1, SOL_SOCKET), IS(2, SO_LINGER)),
    IF("ioctl", W | C, IS(1, SIOCOUTQ)),
    CALL("sendfile", W | F),
    CALL("vmsplice", W), /* pages of memory into the pipe that was made before, and */
    CALL("splice", W),   /* from it into a socket or /dev/null */

    /* Files of objects: opened by the loader before it entered, and read by its threads; read
     * by those of a worker. */
    CALL("pread64", ALL),
    CALL("preadv", W),
    CALL("preadv2", W),

    /* Memory, but none that can be both written and run. */
    CALL("brk", ALL),
    IF("mmap", ALL, LACKS(2, PROT_EXEC)),
    IF("mprotect", ALL, LACKS(2, PROT_EXEC)),
    CALL("munmap", ALL),
    CALL("mremap", ALL),
    CALL("madvise", ALL),
    CALL("getsockname", C), /* is it a Unix socket? */
    CALL("cachestat", C | R), /* how much of an object is in memory */
    CALL("mincore", ALL), /* libunwind, by which tcmalloc notes who lets the heap grow */

    /* Threads. clone3 is answered with ENOSYS, see filter.c: its flags are out of reach. */
    IF("clone", W | L, HAS(0, SHARED | NAMESPACES, SHARED)),
    CALL("set_robust_list", ALL),
    CALL("rseq", ALL),
    CALL("futex", ALL),
    CALL("sched_yield", ALL),
    CALL("sched_getaffinity", ALL), /* the C library counts CPUs with it */
    CALL("getcpu", ALL),

    /* Clocks, where the vDSO has none. */
    CALL("clock_gettime", ALL),
    CALL("clock_getres", ALL), /* clock_getcpuclockid(3) */
    CALL("gettimeofday", ALL),
    CALL("time", ALL),
    CALL("nanosleep", ALL),
    CALL("clock_nanosleep", ALL),

    /* The sampler's timers, and what a sample was spent on. */
    CALL("getrusage", W),
    CALL("timer_create", W),
    CALL("timer_settime", W),
    CALL("timer_delete", W),

    /* Signals: those that come, and a process's own end by abort(3) or after a crash. */
    CALL("rt_sigreturn", ALL),
    CALL("rt_sigprocmask", ALL),
    CALL("rt_sigaction", ALL),
    CALL("rt_sigpending", ALL),
    CALL("sigaltstack", ALL),
    CALL("restart_syscall", ALL),
    CALL("pause", ALL),
    SELF("tgkill", ALL & ~O),
    SELF("rt_tgsigqueueinfo", ALL & ~O),
    IF("prctl", ALL, IS(0, PR_SET_DUMPABLE)), /* for a core */

    CALL("getpid", ALL),
    CALL("gettid", ALL),
    CALL("getuid", ALL),
    CALL("geteuid", ALL),
    CALL("getrandom", ALL),
    CALL("exit", ALL),
    CALL("exit_group", ALL),

    /* Waiting without epoll; a deadline for all of a process. */
    CALL("poll", ALL), /* the log, where it can't be written without waiting */
    CALL("ppoll", ALL),
    CALL("alarm", O | C | R | F),
    CALL("setitimer", O | C | R | F),

    /* Reading files: programs, libraries, debug information, /proc; objects. Landlock says
     * which. */
    IF("openat", C | R, LACKS(2, TO_WRITE)),
    CALL("openat2", T), /* below directories of trees */
    CALL("newfstatat", O | C | R | F),
    CALL("fstatfs", T),
    CALL("statx", C | R),
    CALL("readlink", C | R),
    CALL("readlinkat", C | R),
    CALL("getdents64", C | R | F),
    CALL("fcntl", O | C | R | F | L),
    CALL("access", C | R),
    CALL("faccessat", C | R),
    CALL("faccessat2", C | R),
    CALL("sysinfo", C | R | F | L), /* qsort(3) */

    /* Asking a worker for its stack (SIGRTMIN + 2, which the C library calls 36) and for
     * samples. */
    IF("kill", O | C | R, IS(1, 36)),
    IF("kill", O | C, IS(1, SIGPROF)),

    /* Files of profiles: made under a name of their own, then renamed. */
    CALL("openat", F),
    CALL("rename", F),
    CALL("renameat", F),
    CALL("renameat2", F),
    CALL("unlink", F),
    CALL("unlinkat", F),
    IF("fchmod", F, LACKS(1, S_ISUID | S_ISGID | S_ISVTX)), /* Landlock knows of no modes */
    CALL("fchown", F),
    CALL("wait4", O | F),

    /* Memory that holds an object, sealed and handed to the master. */
    CALL("memfd_create", O | F | L),
    CALL("ftruncate", L),
    CALL("fallocate", L),

    /* The observer has children, and whatever these are allowed later: a filter that is added
     * only takes away. They become who they are by the last of these calls. */
    IF("clone", O, LACKS(0, CLONE_VM | NAMESPACES)),
    IF("kill", O, IS(1, SIGKILL)), /* children that do not end */
    CALL("tgkill", O),
    CALL("rt_tgsigqueueinfo", O),
    CALL("signalfd4", O),
    CALL("close_range", O),
    CALL("pipe2", O | C | R | F | L), /* and libunwind, whose pipe is closed in children */
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

/* What the children of the observer may is within its own filter. */
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
