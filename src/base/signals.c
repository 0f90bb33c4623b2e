/* SPDX-License-Identifier: BSD-2-Clause */
/* signals: see signals.h. The meaning of each signal for each process is in tiffd(8). */
#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/count.h"

/* Real-time signals are counted from SIGRTMIN, which is no constant. */
#define REAL_TIME 0x100

static const struct {
    int signal;
    const char *name;
} table[] = {
    { SIGHUP, "SIGHUP" },
    { SIGINT, "SIGINT" },
    { SIGQUIT, "SIGQUIT" },
    { SIGTERM, "SIGTERM" },
    { SIGUSR1, "SIGUSR1" },
    { SIGUSR2, "SIGUSR2" },
    { SIGTTIN, "SIGTTIN" },
    { SIGTTOU, "SIGTTOU" },
    { SIGCHLD, "SIGCHLD" },
    { REAL_TIME + 0, "SIGRTMIN" },
    { REAL_TIME + 1, "SIGRTMIN+1" },
};

static int
signal_of(size_t row)
{
    const int number = table[row].signal;

    return number < REAL_TIME ? number : number - REAL_TIME + SIGRTMIN;
}

int
signals_dump(void)
{
    return SIGRTMIN;
}

int
signals_profile(void)
{
    return SIGRTMIN + 1;
}

/*
 * Signals whose default action would end or stop the process by accident. SIGXFSZ: a log that
 * may not grow costs its lines, not the daemon. SIGPROF and the real-time signals have handlers
 * where they are used. What stays as it is by default: SIGTSTP, which stops at a terminal,
 * SIGXCPU, and what a crash raises.
 */
static const int ignored[] = { SIGPIPE,   SIGXFSZ, SIGALRM, SIGVTALRM,
                               SIGSTKFLT, SIGIO,   SIGPWR,  SIGPROF };

/* A handler that is there already, of a library that was preloaded, stays. */
static void
ignore_one(int number)
{
    struct sigaction action;

    if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_DFL)
        signal(number, SIG_IGN);
}

void
signals_ignore(void)
{
    for (size_t i = 0; i < COUNT(ignored); i++)
        ignore_one(ignored[i]);
    for (int real_time = SIGRTMIN; real_time <= SIGRTMAX; real_time++)
        ignore_one(real_time);
}

int
signals_open(void)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    for (size_t i = 0; i < COUNT(table); i++)
        sigaddset(&set, signal_of(i));
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
    if (info.ssi_signo == SIGQUIT && info.ssi_code == SI_KERNEL)
        return signals_dump(); /* Ctrl-\ at the terminal */
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

const char *
signals_name(int signal)
{
    for (size_t i = 0; i < COUNT(table); i++)
        if (signal_of(i) == signal)
            return table[i].name;
    return "unknown signal";
}
