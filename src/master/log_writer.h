/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_writer: the only process that waits for the disk of the log file. All others write to its
 * pipe, which does not block: while the disk hangs, the pipe fills, and lines are lost and
 * counted (sink.h).
 */
#ifndef MASTER_LOG_WRITER_H
#define MASTER_LOG_WRITER_H

#include "base/child.h"
#include "config/config.h"

struct master;

struct log_writer {
    struct child child;
    int channel; /* for later files */
    int pipe;    /* for lines */
    int taken;   /* event: the last file is in use */
};

/* The initial value: no log writer. */
#define LOG_WRITER_NONE ((struct log_writer){ .channel = -1, .pipe = -1, .taken = -1 })

/* If the sink writes to a file on a disk, passes the file to a new log writer and makes the
 * sink write to its pipe. If that is not possible, logs so, and the sink keeps the file. */
void log_writer_take(struct master *master, enum sandbox_mode mode);

/* Call in a child. */
void log_writer_let_go(const struct log_writer *writer);

/* Call after the last line: waits until it is in the file, but not for a disk that hangs. */
void log_writer_end(struct log_writer *writer);

#endif
