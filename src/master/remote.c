/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * remote: a daemon locks its pid file for as long as it lives. A file without a lock was left
 * by a daemon that was killed, and its process id may now belong to another process.
 */
#include "master/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/count.h"

/* As nginx -s has them; what else they do, tiffd(8) says. */
static const struct {
    const char *word;
    int number;
} words[] = {
    { "reload", SIGHUP }, { "reopen", SIGUSR1 }, { "upgrade", SIGUSR2 },
    { "quit", SIGQUIT },  { "stop", SIGINT },
};

int
remote_signal_of(const char *word)
{
    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(word, words[i].word) == 0)
            return words[i].number;
    return 0;
}

/* The process that holds the lock; 0 with errno: there is none. */
static pid_t
lock_holder(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    char text[16] = "";
    ssize_t n = 0;

    if (fd < 0)
        return 0;
    if (flock(fd, LOCK_SH | LOCK_NB) == 0)
        errno = ESRCH;
    else if (errno == EWOULDBLOCK && (n = read(fd, text, sizeof(text) - 1)) <= 0)
        errno = ESRCH;
    close(fd);
    return n > 0 ? atoi(text) : 0;
}

int
remote_signal(const struct config *config, int number)
{
    const char *path = config->server.pid_file;
    const pid_t pid = path ? lock_holder(path) : 0;

    if (path == NULL)
        fputs(
            "tiffd: [server] pid_file is not set, so the process is unknown; see tiffctl(8)\n",
            stderr);
    else if (pid <= 1 && errno == ESRCH)
        fprintf(stderr, "tiffd: pid file %s: no daemon is running\n", path);
    else if (pid <= 1)
        fprintf(stderr, "tiffd: pid file %s: %s\n", path, strerror(errno));
    else if (kill(pid, number) == 0)
        return 0;
    else
        fprintf(stderr, "tiffd: process %d: %s\n", (int)pid, strerror(errno));
    return -1;
}
