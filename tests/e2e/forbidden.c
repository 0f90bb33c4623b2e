/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forbidden: what somebody who has taken a process over would try, as a library to preload.
 * Each try is one system call, made directly, and writes its name and result into a shared
 * file.
 *
 * Where a call could do harm if it were allowed, its arguments are wrong, and it would fail
 * otherwise.
 *
 * FORBIDDEN_FILE names the file: a page with the process id of the victim (an int), then lines
 * "PID TID WHERE NAME RESULT", where RESULT is negative on failure. Tries begin when the signal
 * SIGWINCH comes to a thread (WHERE: signal), and before functions of FORBIDDEN_HOOK.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define SIZE  (1 << 20)
#define FIRST 4096 /* of the lines */

static struct {
    int victim;
    unsigned used;
} * shared;

static char *lines;
static const char *hook = "";
static char word[] = "forbidden";

#define A(value) ((long)(value))

static long
call(long number, long a, long b, long c, long d, long e, long f)
{
    long result = syscall(number, a, b, c, d, e, f);

    return result < 0 ? -errno : result;
}

static void
note(const char *where, const char *name, long result)
{
    char line[128];
    const int length = snprintf(line, sizeof(line), "%d %ld %s %s %ld\n", (int)getpid(),
                                syscall(SYS_gettid), where, name, result);
    const unsigned at = __atomic_fetch_add(&shared->used, (unsigned)length, __ATOMIC_SEQ_CST);

    if (at + (unsigned)length < SIZE - FIRST)
        memcpy(lines + at, line, (size_t)length);
}

#define TRY(name, number, a, b, c, d, e, f)                                                    \
    note(where, name, call(number, A(a), A(b), A(c), A(d), A(e), A(f)))

static void
try_files(const char *where)
{
    char path[64];
    char *no_arguments[] = { word, NULL };
    const uint64_t plainly[3] = { 0 }; /* a struct open_how */

    TRY("open", SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY, 0, 0, 0);
    TRY("open-to-write", SYS_openat, AT_FDCWD, "/tmp/forbidden", O_WRONLY | O_CREAT, 0600, 0,
        0);
    TRY("open-unnamed", SYS_openat, AT_FDCWD, "/tmp", O_RDWR | O_TMPFILE, 0600, 0, 0);
    snprintf(path, sizeof(path), "/proc/%d/mem", shared->victim);
    TRY("open-memory", SYS_openat, AT_FDCWD, path, O_RDONLY, 0, 0, 0);
    TRY("open-memory-to-write", SYS_openat, AT_FDCWD, path, O_RDWR, 0, 0, 0);
    snprintf(path, sizeof(path), "/proc/%d/environ", shared->victim);
    TRY("open-environment", SYS_openat, AT_FDCWD, path, O_RDONLY, 0, 0, 0);
    TRY("openat2", SYS_openat2, AT_FDCWD, "/etc/passwd", plainly, sizeof(plainly), 0, 0);
    TRY("open-by-handle", SYS_open_by_handle_at, AT_FDCWD, word, O_RDONLY, 0, 0, 0);
    TRY("truncate", SYS_truncate, "/etc/passwd", -1, 0, 0, 0, 0);
    TRY("link", SYS_linkat, AT_FDCWD, "", AT_FDCWD, "", 0, 0);
    TRY("symlink", SYS_symlinkat, "", AT_FDCWD, "", 0, 0, 0);
    TRY("rename", SYS_renameat2, AT_FDCWD, "", AT_FDCWD, "", 0, 0);
    TRY("unlink", SYS_unlinkat, AT_FDCWD, "", 0, 0, 0, 0);
    TRY("mkdir", SYS_mkdirat, AT_FDCWD, "", 0700, 0, 0, 0);
    TRY("mknod", SYS_mknodat, AT_FDCWD, "", 0100600, 0, 0, 0);
    TRY("chmod", SYS_fchmodat, AT_FDCWD, "", 01777, 0, 0, 0);
    TRY("set-user-id", SYS_fchmod, -1, 04755, 0, 0, 0, 0);
    TRY("set-group-id", SYS_fchmod, -1, 02755, 0, 0, 0, 0);
    TRY("chroot", SYS_chroot, "", 0, 0, 0, 0, 0);
    TRY("chdir", SYS_chdir, ".", 0, 0, 0, 0, 0);
    TRY("mount", SYS_mount, "", "", "", -1, 0, 0);
    TRY("inotify", SYS_inotify_init1, 0, 0, 0, 0, 0, 0);
    TRY("execve", SYS_execve, "", no_arguments, no_arguments + 1, 0, 0, 0);
    TRY("execveat", SYS_execveat, AT_FDCWD, "", no_arguments, no_arguments + 1, 0, 0);
}

static void
try_sockets(const char *where)
{
    const struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "/tmp/forbidden" };
    int pair[2];

    TRY("socket", SYS_socket, AF_INET, SOCK_STREAM, 0, 0, 0, 0);
    TRY("socket-unix", SYS_socket, AF_UNIX, SOCK_STREAM, 0, 0, 0, 0);
    TRY("socket-netlink", SYS_socket, AF_NETLINK, SOCK_RAW, 0, 0, 0, 0);
    TRY("socketpair", SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair, 0, 0);
    TRY("connect", SYS_connect, 0, &name, sizeof(name), 0, 0, 0);
    TRY("bind", SYS_bind, 0, &name, sizeof(name), 0, 0, 0);
    TRY("listen", SYS_listen, 0, 1, 0, 0, 0, 0);
    TRY("protocol", SYS_setsockopt, 0, 6, 31, "tls", 4, 0);
}

/* A child that comes to be ends at once. */
static long
born(long pid)
{
    if (pid == 0)
        syscall(SYS_exit_group, 0);
    return pid;
}

static void
try_processes(const char *where)
{
    const int victim = shared->victim;
    char byte = 0;
    struct iovec here = { &byte, 1 };
    struct iovec there = { word, 1 };

#ifdef SYS_fork
    note(where, "fork", born(call(SYS_fork, 0, 0, 0, 0, 0, 0)));
#endif
    note(where, "clone", born(call(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0)));
    note(where, "clone-namespace", born(call(SYS_clone, 0x10000000 | SIGCHLD, 0, 0, 0, 0, 0)));
    TRY("clone3", SYS_clone3, word, 64, 0, 0, 0, 0);
    TRY("ptrace", SYS_ptrace, PTRACE_SEIZE, victim, 1, 0, 0, 0);
    TRY("read-memory", SYS_process_vm_readv, victim, &here, 1, &there, 1, 0);
    TRY("write-memory", SYS_process_vm_writev, victim, &here, 1, &there, 1, 0);
    TRY("kill", SYS_kill, victim, 0, 0, 0, 0, 0);
    TRY("kill-parent", SYS_kill, getppid(), 0, 0, 0, 0, 0);
    TRY("kill-thread", SYS_tgkill, victim, victim, 0, 0, 0, 0);
    TRY("tkill", SYS_tkill, victim, 0, 0, 0, 0, 0);
    TRY("queue-signal", SYS_rt_sigqueueinfo, victim, 0, word, 0, 0, 0);
    TRY("pidfd", SYS_pidfd_open, victim, 0, 0, 0, 0, 0);
    TRY("take-descriptor", SYS_pidfd_getfd, 0, 0, 0, 0, 0, 0);
    TRY("limit-others", SYS_prlimit64, victim, RLIMIT_NOFILE, 0, 0, 0, 0);
    TRY("let-trace", SYS_prctl, PR_SET_PTRACER, victim, 0, 0, 0, 0);
}

static void
try_kernel(const char *where)
{
    TRY("setuid", SYS_setuid, 0, 0, 0, 0, 0, 0);
    TRY("setgroups", SYS_setgroups, 0, 0, 0, 0, 0, 0);
    TRY("unshare", SYS_unshare, 0x10000000, 0, 0, 0, 0, 0);
    TRY("setns", SYS_setns, 0, 0, 0, 0, 0, 0);
    TRY("io_uring", SYS_io_uring_setup, 1, word, 0, 0, 0, 0);
    TRY("bpf", SYS_bpf, 0, word, 0, 0, 0, 0);
    TRY("perf", SYS_perf_event_open, word, 0, -1, -1, 0, 0);
    TRY("userfaultfd", SYS_userfaultfd, 0, 0, 0, 0, 0, 0);
    TRY("keyctl", SYS_keyctl, 0, -3, 0, 0, 0, 0);
    TRY("personality", SYS_personality, 0xffffffff, 0, 0, 0, 0, 0);
    TRY("init-module", SYS_init_module, word, 0, word, 0, 0, 0);
    TRY("sethostname", SYS_sethostname, word, -1, 0, 0, 0, 0);
    TRY("map-code", SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    TRY("make-code", SYS_mprotect, (unsigned long)try_kernel & ~4095ul, 4096,
        PROT_READ | PROT_EXEC, 0, 0, 0);
}

static void
try_all(const char *where)
{
    try_files(where);
    try_sockets(where);
    try_processes(where);
    try_kernel(where);
    note(where, "end", 0);
}

static void
on_signal(int signal)
{
    (void)signal;
    try_all("signal");
}

static void
before(const char *function)
{
    if (shared && strcmp(hook, function) == 0)
        try_all(function);
}

__attribute__((constructor)) static void
begin(void)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    const char *file = getenv("FORBIDDEN_FILE");
    int fd = file ? open(file, O_RDWR | O_CLOEXEC) : -1;
    void *memory =
        fd < 0 ? MAP_FAILED : mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (memory == MAP_FAILED)
        return;
    close(fd);
    shared = memory;
    lines = (char *)memory + FIRST;
    hook = strdup(getenv("FORBIDDEN_HOOK")); /* titles are written over the environment */
    sigaction(SIGWINCH, &action, NULL);
}

/* --- where else it begins ----------------------------------------------------------------- */

struct thread {
    void *(*start)(void *argument);
    void *argument;
};

/* Threads of the program block all signals. */
static void *
run(void *argument)
{
    struct thread thread = *(struct thread *)argument;
    sigset_t set;

    free(argument);
    sigemptyset(&set);
    sigaddset(&set, SIGWINCH);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    return thread.start(thread.argument);
}

int
pthread_create(pthread_t *id, const pthread_attr_t *attributes, void *(*start)(void *),
               void *argument)
{
    int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
                 void *))dlsym(RTLD_NEXT, "pthread_create");
    struct thread *thread = malloc(sizeof(*thread));

    thread->start = start;
    thread->argument = argument;
    return next(id, attributes, run, thread);
}

void *
dwfl_begin(const void *callbacks)
{
    void *(*next)(const void *) = (void *(*)(const void *))dlsym(RTLD_NEXT, "dwfl_begin");

    before("dwfl_begin");
    return next(callbacks);
}

int
rename(const char *from, const char *to)
{
    int (*next)(const char *, const char *) =
        (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");

    before("rename");
    return next(from, to);
}
