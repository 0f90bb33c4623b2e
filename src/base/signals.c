/* SPDX-License-Identifier: BSD-2-Clause */
/* signals: see signals.h. The meaning of each signal for each process is in tiffd(8). */
#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/count.h"

static const struct {
    int signal;
    const char *name;
} table[] = {
    { SIGHUP, "SIGHUP" },   { SIGINT, "SIGINT" },   { SIGQUIT, "SIGQUIT" },
    { SIGTERM, "SIGTERM" }, { SIGUSR1, "SIGUSR1" }, { SIGUSR2, "SIGUSR2" },
    { SIGTTIN, "SIGTTIN" }, { SIGTTOU, "SIGTTOU" }, { SIGCHLD, "SIGCHLD" },
};

/*
 * What would end or stop a process that nobody means to end. SIGXFSZ: a log that may not grow
 * costs its lines, not the daemon. SIGPROF and the real-time signals have handlers where they
 * are used. What stays as it is by default: SIGTSTP, which stops at a terminal, SIGXCPU, and
 * what a crash raises.
 */
static const int ignored[] = { SIGPIPE,   SIGXFSZ, SIGALRM, SIGVTALRM,
                               SIGSTKFLT, SIGIO,   SIGPWR,  SIGPROF };

void
signals_ignore(void)
{
    for (size_t i = 0; i < COUNT(ignored); i++)
        signal(ignored[i], SIG_IGN);
    for (int real_time = SIGRTMIN; real_time <= SIGRTMAX; real_time++)
        signal(real_time, SIG_IGN);
}

int
signals_open(void)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    for (size_t i = 0; i < COUNT(table); i++)
        sigaddset(&set, table[i].signal);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -errno;
    fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int
signals_next(int fd)
{
    struct signalfd_siginfo info;

    if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return 0;
    return (int)info.ssi_signo;
}

void
signals_unblock(int signal)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

bool
signals_ending(void)
{
    sigset_t set;

    return sigpending(&set) == 0 && (sigismember(&set, SIGTERM) || sigismember(&set, SIGINT) ||
                                     sigismember(&set, SIGQUIT));
}

const char *
signals_name(int signal)
{
    for (size_t i = 0; i < COUNT(table); i++)
        if (table[i].signal == signal)
            return table[i].name;
    return "unknown signal";
}
