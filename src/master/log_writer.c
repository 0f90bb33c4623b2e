/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_writer: starts with the first file, receives later ones over a channel, and exits when no
 * process has the pipe open any more. A disk that hangs blocks only this process.
 */
#include "master/log_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/sink.h"
#include "base/title.h"
#include "master/detach.h"
#include "master/state.h"
#include "master/supervise.h"
#include "sandbox/sandbox.h"

#define PATIENCE    1000  /* milliseconds to write the last lines */
#define SWITCH_TIME 100   /* milliseconds to begin with another file */
#define READ_SIZE   65536 /* the capacity of a pipe */

/* --- its process -------------------------------------------------------------------------- */

static unsigned
log_writer_lines(const char *text, size_t length)
{
    unsigned count = 0;

    for (size_t i = 0; i < length; i++)
        count += text[i] == '\n';
    return count;
}

/* What the log writer works with. */
struct log_state {
    int pipe;    /* lines come from it */
    int channel; /* later files come from it */
    int taken;   /* event: the last file is in use */
    struct outlet file;
    uint32_t torn; /* of outlet_write() */
};

/* What the disk does not accept is lost, because no process keeps it. False: the pipe is at its
 * end. */
static bool
copy_some(struct log_state *state)
{
    static char buffer[READ_SIZE];
    const ssize_t n = read(state->pipe, buffer, sizeof(buffer));
    ssize_t written;

    if (n <= 0)
        return n < 0 && (errno == EINTR || errno == EAGAIN);
    written = outlet_write(&state->file, &state->torn, buffer, (size_t)n);
    if (written < 0)
        written = 0;
    sink_add_lost(log_writer_lines(buffer + written, (size_t)(n - written)));
    return true;
}

/* Lines written before the file was handed over belong in the previous one: one read takes them
 * all. The master waits for the event, so that its next line is in the new file. */
static void
take_file(struct log_state *state)
{
    struct channel_message message;
    struct pollfd lines = { .fd = state->pipe, .events = POLLIN };
    int descriptor;

    if (channel_receive(state->channel, &message, &descriptor) <= 0 || descriptor < 0)
        return;
    if (poll(&lines, 1, 0) == 1 && lines.revents & POLLIN)
        (void)copy_some(state);
    outlet_close(&state->file);
    state->file = outlet_of(descriptor);
    (void)eventfd_write(state->taken, 1);
}

static void
write_log(struct log_state *state)
{
    struct pollfd fds[] = { { .fd = state->pipe, .events = POLLIN },
                            { .fd = state->channel, .events = POLLIN } };

    for (;;) {
        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[1].revents & POLLIN)
            take_file(state);
        else if (fds[1].revents)
            fds[1].fd = -1;
        if (fds[0].revents && !copy_some(state))
            return;
    }
}

/* Keeps nothing of the master's but the file and the event. */
static _Noreturn void
be_log_writer(const struct master *master, enum sandbox_mode mode, int channel, int pipe)
{
    struct log_state state = { .pipe = STDIN_FILENO,
                               .channel = STDOUT_FILENO,
                               .taken = master->log_writer.taken,
                               .file = outlet_of(sink_descriptor()) };

    for (const struct generation *g = master->newest; g; g = g->older)
        catalogue_let_go(g->shared.catalogue);
    detach_streams();
    if (dup2(pipe, state.pipe) < 0 || dup2(channel, state.channel) < 0)
        _exit(EXIT_FAILURE);
    child_isolate(state.taken);
    title_set("log writer");
    if (sandbox_enter(mode, SANDBOX_LOG_WRITER, NULL) == 0)
        write_log(&state);
    child_finish();
}

/* --- the master's side -------------------------------------------------------------------- */

static void
close_ends(struct log_writer *writer)
{
    close(writer->channel);
    close(writer->pipe);
    close(writer->taken);
    writer->channel = writer->pipe = writer->taken = -1;
}

static void
hand_to_all(const struct master *master)
{
    for (const struct generation *g = master->newest; g; g = g->older)
        supervise_hand_log(g);
}

/* Called if something has killed it. */
static void
log_writer_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct master *master = child->owner;

    (void)end;
    close_ends(&master->log_writer);
    if (sink_reopen() < 0)
        return;
    hand_to_all(master);
    log_error("log writer: process %d has ended; the next SIGUSR1 starts another one",
              (int)pid);
}

static int
start_log_writer(struct master *master, enum sandbox_mode mode)
{
    struct log_writer *writer = &master->log_writer;
    int pipe[2];
    int channel;
    int error;
    pid_t pid;

    sandbox_probe(mode);
    if (pipe2(pipe, O_CLOEXEC) < 0)
        return -errno;
    if ((writer->taken = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0)
        error = -errno;
    else if ((error = channel_open(&writer->channel, &channel)) < 0)
        close(writer->taken);
    if (error < 0) {
        close(pipe[0]);
        close(pipe[1]);
        return error;
    }
    writer->pipe = pipe[1];
    writer->child.owner = master;
    if ((pid = child_fork(&writer->child, log_writer_ended)) == 0)
        be_log_writer(master, mode, channel, pipe[0]);
    close(pipe[0]);
    close(channel);
    if (pid < 0 || fcntl(pipe[1], F_SETFL, O_NONBLOCK) < 0) {
        error = pid < 0 ? pid : -errno;
        close_ends(writer);
    }
    return error;
}

static bool
is_on_a_disk(void)
{
    struct stat status;

    return sink_has_file() && fstat(sink_descriptor(), &status) == 0 && S_ISREG(status.st_mode);
}

/* Passes the sink's file to the log writer, and waits until it is used, but not for a disk that
 * hangs. */
static int
hand_over(const struct log_writer *writer)
{
    const struct channel_message message = { .kind = CHANNEL_LOG };
    struct pollfd taken = { .fd = writer->taken, .events = POLLIN };
    eventfd_t before;
    int error;

    (void)eventfd_read(writer->taken, &before);
    if ((error = channel_send(writer->channel, &message, sink_descriptor())) == 0)
        poll(&taken, 1, SWITCH_TIME);
    return error;
}

void
log_writer_take(struct master *master, enum sandbox_mode mode)
{
    struct log_writer *writer = &master->log_writer;
    int error;
    int fd = -1;

    if (!is_on_a_disk())
        return;
    error = writer->pipe < 0 ? start_log_writer(master, mode) : hand_over(writer);
    if (error == 0 && (fd = fcntl(writer->pipe, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)) < 0)
        error = -errno;
    if (error < 0)
        log_warning("log writer: %s; lines are written to the file itself", strerror(-error));
    else
        sink_use(fd);
}

void
log_writer_let_go(const struct log_writer *writer)
{
    if (writer->pipe < 0)
        return;
    close(writer->channel);
    close(writer->pipe);
    close(writer->taken);
}

void
log_writer_end(struct log_writer *writer)
{
    struct pollfd end = { .events = POLLIN };

    if (writer->pipe < 0)
        return;
    end.fd = pidfd_open(writer->child.pid, 0);
    sink_use(-1);
    close_ends(writer);
    if (end.fd < 0)
        return;
    poll(&end, 1, PATIENCE);
    close(end.fd);
}
