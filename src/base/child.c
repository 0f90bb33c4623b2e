/* SPDX-License-Identifier: BSD-2-Clause */
/* child: the list is this process's own, as wait(2) is; a fork begins with an empty one. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/oom.h"
#include "base/sink.h"

#define LOW_DESCRIPTORS 16

static LIST_HEAD(, child) children = LIST_HEAD_INITIALIZER(children);
static void (*before_isolation)(void);

/* The kept ones in order, and the gaps between them. */
static void
close_all_but(int first, int second)
{
    const unsigned kept[] = { (unsigned)(first < second ? first : second),
                              (unsigned)(first < second ? second : first) };
    unsigned from = STDERR_FILENO + 1;

    for (int i = 0; i < 2; i++) {
        if (kept[i] > from)
            close_range(from, kept[i] - 1, 0);
        if (kept[i] >= from)
            from = kept[i] + 1;
    }
    close_range(from, UINT_MAX, 0);
}

void
child_keep_low_descriptors(void)
{
    int fd = memfd_create("kept", MFD_CLOEXEC);

    while (fd >= 0 && fd < LOW_DESCRIPTORS)
        fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

pid_t
child_fork(struct child *child, child_ended *ended)
{
    const pid_t pid = fork();

    if (pid < 0)
        return -errno;
    if (pid == 0) {
        LIST_INIT(&children);
        oom_inherit();
        return 0;
    }
    if (child) {
        child->pid = pid;
        child->ended = ended;
        LIST_INSERT_HEAD(&children, child, entry);
    }
    return pid;
}

pid_t
child_fork_apart(struct child *child, child_ended *ended)
{
    const pid_t pid = child_fork(child, ended);

    if (pid != 0)
        return pid;
    signal(SIGALRM, SIG_DFL);
    alarm(CHILD_SECONDS);
    child_isolate(STDERR_FILENO);
    return 0;
}

void
child_before_isolation(void (*give_up)(void))
{
    before_isolation = give_up;
}

void
child_isolate(int kept)
{
    if (before_isolation)
        before_isolation();
    close_all_but(sink_descriptor(), kept);
    child_keep_low_descriptors();
}

void
child_finish(void)
{
    _exit(EXIT_SUCCESS);
}

static struct child *
find_child(pid_t pid)
{
    struct child *child;

    LIST_FOREACH(child, &children, entry)
    if (child->pid == pid)
        return child;
    return NULL;
}

static void
remove_child(struct child *child)
{
    LIST_REMOVE(child, entry);
    child->pid = 0;
}

void
child_reap(void)
{
    struct child_end end;
    pid_t pid;

    while ((pid = wait4(-1, &end.status, WNOHANG, &end.usage)) > 0) {
        struct child *child = find_child(pid);

        if (child == NULL)
            continue;
        remove_child(child);
        child->ended(child, pid, &end);
    }
}

unsigned
child_count(void)
{
    const struct child *child;
    unsigned count = 0;

    LIST_FOREACH(child, &children, entry)
    count++;
    return count;
}

void
child_leave(struct child *child)
{
    if (child->pid == 0)
        return;
    kill(child->pid, SIGKILL);
    remove_child(child);
}
