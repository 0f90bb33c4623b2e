/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chrome: execution traces in the Trace Event Format (JSON), for Perfetto, chrome://tracing and
 * speedscope. Each worker is a process. Its first thread is the event loop with the turns of
 * all connections. Each connection is a thread with its requests, and within them the times
 * when the socket was full or a disk was read.
 */
#ifndef FORMAT_CHROME_H
#define FORMAT_CHROME_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "format/event.h"
#include "shared/label_names.h"
#include "shared/trace.h"

/* One worker's events. Everything is borrowed. */
struct chrome_process {
    pid_t pid;        /* unique in the file */
    const char *name; /* "worker 3" */
    const struct trace_copy *trace;
    const struct label_names *labels; /* NULL: objects have no names */
};

/* Spans that extend beyond the window are cut. 0 or -ENOMEM; errors of out are left to
 * ferror(3). */
int chrome_write(const struct chrome_process *processes, size_t count,
                 struct event_window window, FILE *out) __attribute__((warn_unused_result));

#endif
