/* SPDX-License-Identifier: BSD-2-Clause */
/* log_copy: copies lines from a pipe to the file of a log, and waits for its disk; or sends
 * them to syslogd, and waits for that. */
#ifndef MASTER_LOG_COPY_H
#define MASTER_LOG_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "master/syslog_target.h"

struct log_copy {
    const char *name; /* "log", for messages */
    int pipe;
    int file;
    const struct syslog_target *syslog; /* then file is a socket; NULL: a file */
    int channel;    /* from the master: where lines of the log go, see channel.h */
    uint32_t *torn; /* see outlet_write(): shared with all who write to the file */
    bool own;       /* it is the log itself: its problems are not told there */
};

/* Returns when nobody has the pipe open any more and it is empty. While the disk is full, or
 * syslogd takes none, lines stay in the pipe. What it does not accept at the end is lost, and
 * said. */
void log_copy_run(struct log_copy *copy);

#endif
