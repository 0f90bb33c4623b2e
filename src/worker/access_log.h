/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_log: gathers lines about responses and writes them, whole lines with one system call.
 * All workers write to one file, without locks. None of them waits for it: what can't be
 * written while the buffer is full is lost, counted (slots.h), and said in the log.
 */
#ifndef WORKER_ACCESS_LOG_H
#define WORKER_ACCESS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outlet.h"
#include "config/access_format.h"
#include "worker/access_line.h"

struct connection;
struct head;
struct object;
struct response;
struct worker;

/* A worker's part. Times are ms. */
struct access_log {
    const struct config_access_log *config; /* NULL: requests are not logged */
    struct outlet outlet;
    struct access_format format;
    struct access_time time; /* of this second */
    char *buffer;
    size_t length;
    uint64_t lines;       /* in the buffer */
    uint64_t flush_at;    /* while there are any: when they are written */
    uint64_t retry_at;    /* after an error: not before, though the buffer is full */
    uint64_t patience;    /* that is left in this second for a reader of a pipe */
    bool hangs;           /* the reader took nothing when it was waited for */
    int error;            /* of the last attempt; 0: it was taken as a whole */
    bool regular;         /* the outlet is a file on a disk, which has no log writer */
    uint32_t torn;        /* of a pipe, see outlet_write() */
    uint64_t lost;        /* lines, and it was not said how many */
    uint64_t complain_at; /* not before: that they are lost */
    uint64_t unsampled;   /* responses since the last one that was logged */
    pid_t pid;
};

/* A request to be answered, as far as it is known. */
struct access_exchange {
    struct span head;          /* its bytes; what has come of them, if it was refused */
    const struct head *parsed; /* NULL: nothing has come */
    const struct object *object;
    const struct response *response; /* NULL: it was refused */
    unsigned status;
    size_t staged;    /* bytes of the response that are staged: its head, and a short text */
    uint64_t content; /* bytes that follow */
};

/* 0 or a negative errno. */
int access_log_open(struct worker *worker) __attribute__((warn_unused_result));

/* A response begins: it is logged when it ends. Call before its bytes are counted anywhere. */
void access_log_begin(struct worker *worker, struct connection *connection,
                      const struct access_exchange *exchange);

/* Adds a line that access_line_begin() has begun. */
void access_log_add(struct worker *worker, struct span begun,
                    const struct access_response *response);

/* A second has begun. */
void access_log_note_time(struct worker *worker);

/* In each turn of the loop. */
void access_log_run(struct worker *worker);

/* Milliseconds until access_log_run() may have something to do, at most wait; -1: never. */
int access_log_wait(const struct worker *worker, int wait);

/* Lines go to this descriptor from now on, which is the worker's. Those that are there already
 * go where they would have gone, if that takes them. */
void access_log_use(struct worker *worker, int fd);

/* Writes the remaining lines, and logs how many could not be written. */
void access_log_close(struct worker *worker);

/* The field in which proxies tell the client. */
enum forwarded_field access_log_forwarded(enum real_ip_header header);

#endif
