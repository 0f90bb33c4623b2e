/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_writer: forks one for each file, hands its pipe to those that write lines, and replaces
 * it by the file itself if something has killed it. log_copy.c is what the process does.
 */
#include "master/log_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sink.h"
#include "base/title.h"
#include "master/access_file.h"
#include "master/detach.h"
#include "master/log_copy.h"
#include "master/openers.h"
#include "master/state.h"
#include "master/supervise.h"
#include "sandbox/sandbox.h"

#define PATIENCE 1000 /* milliseconds to write the last lines */

/* --- the process -------------------------------------------------------------------------- */

static void
log_writer_let_go(const struct master *master)
{
    for (struct generation *g = master->newest; g; g = g->older) {
        catalogue_let_go(g->catalogue);
        tables_destroy(&g->instruments.tables);
        roster_destroy(g->shared.roster);
        slots_destroy(&g->shared.slots);
    }
}

/* Its own lines may go to standard error, until the channel tells otherwise; nothing else keeps
 * that open. The pipe and the file take the places of the other standard streams. */
static _Noreturn void
be_log_writer(const struct master *master, enum sandbox_mode mode, const struct log_copy *copy)
{
    struct log_copy own = *copy;
    char name[32];

    log_writer_let_go(master);
    sink_keep_standard();
    own.file =
        fcntl(copy->file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1); /* it may be one of them */
    detach_streams();
    own.pipe = dup2(copy->pipe, STDIN_FILENO);
    own.file = dup2(own.file, STDOUT_FILENO);
    if (own.pipe < 0 || own.file < 0)
        _exit(EXIT_FAILURE);
    child_isolate(own.channel);
    snprintf(name, sizeof(name), "%s writer", copy->name);
    log_set_process(name);
    title_set("%s", name);
    if (sandbox_enter(mode, SANDBOX_LOG_WRITER, NULL) == 0)
        log_copy_run(&own);
    child_finish();
}

/* --- the master's side -------------------------------------------------------------------- */

/* Not the log's own log writer, which would never come to the end of its pipe. */
void
log_writer_hand_log(struct master *master)
{
    const struct channel_message message = { .kind = CHANNEL_LOG };
    const struct log_writer *writer;

    for (struct generation *g = master->newest; g; g = g->older) {
        supervise_hand_log(g);
        openers_renew(g);
    }
    watching_renew(&master->watching);
    LIST_FOREACH(writer, &master->log_writers, entry)
    if (writer != master->log_writer)
        process_send(&writer->process, &message, sink_descriptor());
}

static void
lose_log(struct master *master, pid_t pid)
{
    const bool syslog = master->log_writer->syslog;

    master->log_writer = NULL;
    if (syslog)
        sink_use(-1);
    else if (sink_reopen() < 0)
        return;
    log_writer_hand_log(master);
    log_error("log writer: process %d has ended; the next SIGUSR1 starts another one",
              (int)pid);
}

/* Generations may share it. */
static void
lose_access_logs(const struct master *master, const struct log_writer *writer, pid_t pid)
{
    const struct access_file *newer = NULL;
    bool used = false;

    for (struct generation *g = master->newest; g; newer = &g->access_log, g = g->older) {
        if (g->access_log.writer != writer)
            continue;
        used = true;
        if (access_file_reopen(&g->access_log, g->shared.config, newer) == 0)
            supervise_hand_access_log(g);
    }
    if (used)
        log_error("access log writer: process %d has ended; "
                  "the next SIGUSR1 starts another one",
                  (int)pid);
}

/* One that is still used has been killed. */
static void
log_writer_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct log_writer *writer = (struct log_writer *)child;
    struct master *master = child->owner;

    (void)end;
    LIST_REMOVE(writer, entry);
    process_close(&writer->process);
    if (master->log_writer == writer)
        lose_log(master, pid);
    else
        lose_access_logs(master, writer, pid);
    free(writer);
}

static struct log_writer *
fork_writer(struct master *master, enum sandbox_mode mode, struct log_copy *copy)
{
    struct log_writer *writer = calloc(1, sizeof(*writer));
    int error = -ENOMEM;

    if (writer == NULL || (error = process_open(&writer->process, &copy->channel)) < 0) {
        free(writer);
        errno = -error;
        return NULL;
    }
    writer->process.child.owner = master;
    error = child_fork(&writer->process.child, log_writer_ended);
    if (error == 0)
        be_log_writer(master, mode, copy);
    close(copy->channel);
    if (error > 0) {
        LIST_INSERT_HEAD(&master->log_writers, writer, entry);
        return writer;
    }
    process_close(&writer->process);
    free(writer);
    errno = -error;
    return NULL;
}

/* *pipe is the end that lines are written to. NULL with errno. */
static struct log_writer *
start_log_writer(struct master *master, enum sandbox_mode mode, struct log_copy *copy,
                 int *pipe)
{
    struct log_writer *writer;
    int ends[2];

    sandbox_probe(mode);
    if (pipe2(ends, O_CLOEXEC) < 0)
        return NULL;
    (void)fcntl(ends[1], F_SETPIPE_SZ, LOG_WRITER_PIPE);
    (void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
    copy->pipe = ends[0];
    *pipe = ends[1];
    writer = fork_writer(master, mode, copy);
    close(ends[0]);
    if (writer == NULL)
        close(ends[1]);
    return writer;
}

static bool
is_on_a_disk(int fd)
{
    struct stat status;

    return fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

static void
tell_failure(const struct log_copy *copy)
{
    log_warning("%s writer: %s; lines go to %s", copy->name, strerror(errno),
                copy->syslog ? "standard error" : "the file itself");
}

static void
start_for_log(struct master *master, enum sandbox_mode mode, struct log_copy *copy)
{
    static uint32_t torn; /* there is only one log writer at a time */
    struct log_writer *writer;
    int pipe;

    copy->name = "log";
    copy->torn = &torn;
    copy->own = true;
    if ((writer = start_log_writer(master, mode, copy, &pipe)) == NULL) {
        tell_failure(copy);
        return;
    }
    writer->syslog = copy->syslog != NULL;
    master->log_writer = writer;
    sink_use(pipe);
}

/* The sink has standard error first: the log writer must not keep the pipe of the one before
 * open. */
static void
take_syslog(struct master *master, const struct config *config)
{
    const struct syslog_target target = syslog_target_of(&config->log);
    struct log_copy copy = { .file = syslog_target_open(), .syslog = &target };

    sink_use(-1);
    if (copy.file < 0) {
        log_warning("syslog: %s; lines go to standard error", strerror(-copy.file));
        return;
    }
    start_for_log(master, config->server.sandbox, &copy);
    close(copy.file);
}

void
log_writer_take(struct master *master, const struct config *config)
{
    struct log_copy copy = { .file = -1 };

    master->log_writer = NULL;
    if (config->log.syslog) {
        take_syslog(master, config);
        return;
    }
    if (!sink_has_file() || !is_on_a_disk(sink_descriptor()))
        return;
    copy.file = sink_descriptor();
    start_for_log(master, config->server.sandbox, &copy);
}

void
log_writer_take_access(struct master *master, struct generation *generation)
{
    const enum sandbox_mode mode = generation->shared.config->server.sandbox;
    struct access_file *file = &generation->access_log;
    struct log_copy copy = { .name = "access log",
                             .file = file->outlet.fd,
                             .torn = master->resources.access_torn };
    int pipe;

    if (!is_on_a_disk(file->outlet.fd))
        return;
    file->writer = start_log_writer(master, mode, &copy, &pipe);
    if (file->writer == NULL) {
        tell_failure(&copy);
        return;
    }
    outlet_close(&file->outlet);
    file->outlet = outlet_of(pipe);
}

/* --- the end ------------------------------------------------------------------------------ */

static void
wait_for_end(const struct log_writer *writer, uint64_t until)
{
    struct pollfd end = { .fd = pidfd_open(writer->process.child.pid, 0), .events = POLLIN };
    const uint64_t now = clock_now();

    if (end.fd < 0)
        return;
    poll(&end, 1, until > now ? (int)(until - now) : 0);
    close(end.fd);
}

void
log_writer_end(struct master *master)
{
    const uint64_t until = clock_now() + PATIENCE;
    const struct log_writer *writer;

    sink_use(-1);
    LIST_FOREACH(writer, &master->log_writers, entry)
    wait_for_end(writer, until);
}
