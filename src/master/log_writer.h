/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_writer: the process that alone waits for the disk of the log's file. All others write
 * into a pipe to it, which does not block: while the disk hangs, the pipe fills, and lines are
 * lost and counted (sink.h).
 */
#ifndef MASTER_LOG_WRITER_H
#define MASTER_LOG_WRITER_H

#include "base/child.h"
#include "config/config.h"

struct master;

struct log_writer {
    struct child child;
    int channel; /* for files to come */
    int pipe;    /* for lines */
};

/* Before anything else: there is none. */
#define LOG_WRITER_NONE ((struct log_writer){ .channel = -1, .pipe = -1 })

/* If the sink has a file on a disk, that is the log writer's from now on, and lines of this
 * process go to it. Where there can be none, a line says so, and the file is written as it is.
 */
void log_writer_take(struct master *master, enum sandbox_mode mode);

/* In a child. */
void log_writer_let_go(const struct log_writer *writer);

/* The last line has been written: waits until it is in the file, but not for a disk that hangs.
 */
void log_writer_end(struct log_writer *writer);

#endif
