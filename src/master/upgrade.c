/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * upgrade: the new program is a child until this one ends, so that its end is noticed. It may
 * be of another version, so only sockets and lines of text cross. A table says what follows
 * from each line; unknown words are skipped.
 */
#include "master/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/sink.h"
#include "master/actions.h"
#include "master/core_limit.h"
#include "master/shutdown.h"
#include "master/state.h"
#include "master/upgrade_text.h"

#define KILL_GRACE 5000 /* milliseconds for the new program to end */
#define NO_PROGRAM 127  /* its status, as of a shell, if the file can't be executed */

/* --- starting the new program ------------------------------------------------------------- */

const char *
upgrade_objection(const struct master *master)
{
    if (master->stopping)
        return "tiffd ends";
    if (master->upgrade.state != UPGRADE_NONE)
        return "another one is under way";
    if (master->takeover.upgraded && !master->takeover.agreed)
        return "the one before is not complete";
    if (master->takeover.count == TAKEOVER_MAX)
        return "too many processes that were replaced still drain";
    if (getpid() == 1)
        return "process 1 can't be replaced";
    return master->program ? NULL : "the path of the program is unknown";
}

void
upgrade_ask(struct master *master, int signal)
{
    const char *reason = upgrade_objection(master);

    (void)signal;
    if (reason) {
        log_error("upgrade refused: %s", reason);
        return;
    }
    master->upgrade.state = UPGRADE_WAITS;
    if (master->newest->starting)
        log_notice("upgrade waits: generation %u is about to serve",
                   master->newest->shared.generation);
}

/* All that the new program is told. The caller's to free; NULL without memory. */
static char *
compose(const struct master *master)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        return NULL;
    upgrade_text_begin(out, getpid(), master->newest->shared.generation);
    upgrade_text_listen(out, &master->listeners, "server");
    upgrade_text_listen(out, &master->observed, "debug");
    for (unsigned i = 0; i < master->takeover.count; i++)
        upgrade_text_drains(out, master->takeover.peers[i].socket,
                            master->takeover.peers[i].pid);
    upgrade_text_end(out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* Opens the socket, in which the text lies already. *theirs is the new program's end. 0 or a
 * negative errno. */
static int
open_socket(struct master *master, int *theirs)
{
    char *text = compose(master);
    const size_t length = text ? strlen(text) : 0;
    int ends[2];
    ssize_t sent = -1;

    if (text == NULL)
        return -ENOMEM;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0) {
        free(text);
        return -errno;
    }
    sent = send(ends[0], text, length, MSG_NOSIGNAL);
    free(text);
    master->upgrade.socket = ends[0];
    *theirs = ends[1];
    return sent == (ssize_t)length ? 0 : -EMSGSIZE;
}

static void
close_socket(struct upgrade *upgrade)
{
    if (upgrade->socket > 0)
        close(upgrade->socket);
    upgrade->socket = 0;
    upgrade->length = 0;
}

static void
keep_open(const struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        (void)fcntl(listeners->fds[i], F_SETFD, 0);
}

/* In the child. With -d standard error leads nowhere: what is said before there is a
 * configuration goes to the log. Blocked signals wait until the new program reads them. */
static _Noreturn void
become_program(const struct master *master, int socket)
{
    char number[16];

    keep_open(&master->listeners);
    keep_open(&master->observed);
    for (unsigned i = 0; i < master->takeover.count; i++)
        (void)fcntl(master->takeover.peers[i].socket, F_SETFD, 0);
    (void)fcntl(socket, F_SETFD, 0);
    snprintf(number, sizeof(number), "%d", socket);
    setenv(UPGRADE_ENVIRONMENT, number, 1);
    (void)!core_limit_set(CORE_SYSTEM);
    if (master->options->detach && sink_has_file())
        (void)dup2(sink_descriptor(), STDERR_FILENO);
    execv(master->program, master->options->arguments);
    log_error("upgrade: %s: %s", master->program, strerror(errno));
    _exit(NO_PROGRAM);
}

static void
upgrade_fail(struct master *master, const char *reason)
{
    master->upgrade.state = UPGRADE_NONE;
    master->upgrade.until = 0;
    close_socket(&master->upgrade);
    log_error("upgrade failed: generation %u continues: %s", master->newest->shared.generation,
              reason);
    control_upgrade_over(master, reason);
}

/* Writes "process 4711 ended with status 1". Was that a failure? */
static bool
describe_end(char *text, size_t size, pid_t pid, int status)
{
    if (WIFSIGNALED(status))
        snprintf(text, size, "process %d was ended by signal %d (%s)", (int)pid,
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(text, size, "process %d ended with status %d", (int)pid, WEXITSTATUS(status));
    return status != 0;
}

/* Once it serves it is the service manager's to restart: this master has let go of its sockets.
 */
static void
program_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct master *master = child->owner;
    struct upgrade *upgrade = &master->upgrade;
    char text[128];
    const bool failed = describe_end(text, sizeof(text), pid, end->status);

    if (upgrade->state == UPGRADE_STARTED) {
        upgrade_fail(master, text);
    } else if (upgrade->state == UPGRADE_CANCELLED) {
        upgrade->state = UPGRADE_NONE;
        upgrade->until = 0;
        close_socket(upgrade);
    } else if (failed) {
        log_error("%s after it took over: no process listens any more", text);
    }
}

static void
begin(struct master *master, uint64_t now)
{
    struct upgrade *upgrade = &master->upgrade;
    int theirs = -1;
    int error = open_socket(master, &theirs);
    pid_t pid = error;

    upgrade->child.owner = master;
    if (error == 0 && (pid = child_fork(&upgrade->child, program_ended)) == 0)
        become_program(master, theirs);
    if (theirs >= 0)
        close(theirs);
    if (pid < 0) {
        upgrade_fail(master, strerror(-pid));
        return;
    }
    upgrade->state = UPGRADE_STARTED;
    upgrade->until = now + master->newest->shared.config->server.upgrade_timeout;
    log_notice("upgrade: %s is process %d", master->program, (int)pid);
}

/* --- what it says ------------------------------------------------------------------------- */

/* From here on there is no way back. A reload that waited is the new program's. */
static void
on_serving(struct master *master)
{
    struct upgrade *upgrade = &master->upgrade;

    if (upgrade->state != UPGRADE_STARTED || upgrade->child.pid == 0)
        return;
    manager_main_process(master,
                         upgrade->child.pid); /* which then believes what that one says */
    if (send(upgrade->socket, UPGRADE_AGREED, strlen(UPGRADE_AGREED), MSG_NOSIGNAL) < 0) {
        manager_main_process(master, getpid());
        return;
    }
    upgrade->state = UPGRADE_DONE;
    upgrade->until = 0;
    log_notice("upgrade: process %d serves, and this one drains", (int)upgrade->child.pid);
    if (master->reload_wanted)
        kill(upgrade->child.pid, SIGHUP);
    control_upgrade_over(master, NULL);
    shutdown_replaced(master);
}

static void
on_taken(struct master *master)
{
    if (master->upgrade.state == UPGRADE_DONE)
        master->upgrade.state = UPGRADE_FILES;
}

static void
on_stop(struct master *master)
{
    if (master->replaced)
        shutdown_begin(master, SIGQUIT);
}

static void
on_end(struct master *master)
{
    if (master->replaced)
        shutdown_begin(master, SIGINT);
}

static void
on_reopen(struct master *master)
{
    (void)!actions_reopen_log(master);
}

static const struct {
    const char *line;
    void (*act)(struct master *master);
} words[] = {
    { UPGRADE_SERVING, on_serving }, { UPGRADE_TAKEN, on_taken },   { UPGRADE_STOP, on_stop },
    { UPGRADE_END, on_end },         { UPGRADE_REOPEN, on_reopen },
};

static void
hear_line(struct master *master, const char *line, size_t length)
{
    for (size_t i = 0; i < COUNT(words); i++)
        if (strlen(words[i].line) == length && memcmp(words[i].line, line, length) == 0)
            words[i].act(master);
}

/* Acts on whole lines; one that is too long is skipped in parts. */
static void
hear_lines(struct master *master)
{
    struct upgrade *upgrade = &master->upgrade;
    char *end;

    while ((end = memchr(upgrade->line, '\n', upgrade->length)) != NULL) {
        const size_t length = (size_t)(end + 1 - upgrade->line);
        char line[UPGRADE_LINE_SIZE];

        memcpy(line, upgrade->line, length);
        memmove(upgrade->line, end + 1, upgrade->length -= length);
        hear_line(master, line, length);
    }
    if (upgrade->length == sizeof(upgrade->line))
        upgrade->length = 0;
}

static void
hear(struct master *master)
{
    struct upgrade *upgrade = &master->upgrade;
    ssize_t n;

    while (upgrade->socket > 0 &&
           (n = recv(upgrade->socket, upgrade->line + upgrade->length,
                     sizeof(upgrade->line) - upgrade->length, MSG_DONTWAIT)) >= 0) {
        if (n == 0) {
            close_socket(upgrade); /* its end is told by SIGCHLD */
            return;
        }
        upgrade->length += (size_t)n;
        hear_lines(master);
    }
}

/* --- in the master's loop ----------------------------------------------------------------- */

static void
stop_program(struct master *master, uint64_t now)
{
    kill(master->upgrade.child.pid, SIGTERM);
    master->upgrade.until = now + KILL_GRACE;
}

static void
enforce(struct master *master, uint64_t now)
{
    struct upgrade *upgrade = &master->upgrade;

    if (upgrade->until == 0 || now < upgrade->until)
        return;
    if (upgrade->state == UPGRADE_STARTED) {
        log_error("upgrade failed: generation %u continues: process %d does not serve in time",
                  master->newest->shared.generation, (int)upgrade->child.pid);
        control_upgrade_over(master, "the new program does not serve in time");
        upgrade->state = UPGRADE_CANCELLED;
        stop_program(master, now);
    } else {
        kill(upgrade->child.pid, SIGKILL);
        upgrade->until = now + KILL_GRACE;
    }
}

void
upgrade_run(struct master *master, uint64_t now)
{
    if (master->upgrade.state == UPGRADE_WAITS && !master->newest->starting)
        begin(master, now);
    hear(master);
    enforce(master, now);
}

void
upgrade_cancel(struct master *master)
{
    if (master->upgrade.state == UPGRADE_WAITS)
        master->upgrade.state = UPGRADE_NONE;
    if (master->upgrade.state != UPGRADE_STARTED)
        return;
    master->upgrade.state = UPGRADE_CANCELLED;
    stop_program(master, clock_now());
}

bool
upgrade_under_way(const struct master *master)
{
    return master->upgrade.state == UPGRADE_WAITS || master->upgrade.state == UPGRADE_STARTED ||
           master->upgrade.state == UPGRADE_CANCELLED;
}

bool
upgrade_over(const struct master *master)
{
    return master->upgrade.state == UPGRADE_NONE || master->upgrade.state == UPGRADE_FILES ||
           master->upgrade.child.pid == 0;
}

int
upgrade_descriptor(const struct master *master)
{
    return master->upgrade.socket > 0 ? master->upgrade.socket : -1;
}

uint64_t
upgrade_next(const struct master *master)
{
    return master->upgrade.until;
}
