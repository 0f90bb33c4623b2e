/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_writer: processes that wait for the disk of a log, or for syslogd, so that no other
 * process does. All others write to the pipe of its log writer, which does not block: while the
 * disk hangs or is full, the pipe fills, and whoever writes to it loses lines and counts them.
 * Each opened file has a log writer of its own, which ends when no process has its pipe open
 * any more.
 */
#ifndef MASTER_LOG_WRITER_H
#define MASTER_LOG_WRITER_H

#include <stdbool.h>
#include <sys/queue.h>

#include "config/config.h"
#include "master/process.h"

#define LOG_WRITER_PIPE (1u << 20) /* bytes that a pipe holds, if the system allows it */

struct generation;
struct master;

struct log_writer {
    struct process process; /* its channel: where its own lines go */
    bool syslog;            /* its lines go to syslogd */
    LIST_ENTRY(log_writer) entry;
};

LIST_HEAD(log_writers, log_writer);

/* If lines of the log go to a file on a disk, or to syslogd, starts a log writer for it, and
 * the sink writes to its pipe. If that is not possible, logs so, and the sink keeps the file,
 * or has standard error. */
void log_writer_take(struct master *master, const struct config *config);

/* The same for the access log of a generation. */
void log_writer_take_access(struct master *master, struct generation *generation);

/* Tells all processes where lines of the log go from now on. */
void log_writer_hand_log(struct master *master);

/* Call after the last line: waits until all lines are in their files, but not for a disk that
 * hangs. */
void log_writer_end(struct master *master);

#endif
