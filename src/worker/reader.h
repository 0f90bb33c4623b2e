/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reader: threads for reads that would block, so that a slow disk holds up its own clients
 * alone. Nothing else in a worker runs outside the loop's thread.
 */
#ifndef WORKER_READER_H
#define WORKER_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "object/object.h"
#include "stack/label.h"

struct connection;

/* A read. The loop's thread owns it before it is submitted and after it has come back. */
struct reader_job {
    struct reader_job *next;
    struct connection *connection; /* NULL: it is gone, nobody waits for the bytes */
    const struct object *object;
    struct label_request request; /* that it is for */
    uint64_t offset;
    size_t size;
    ssize_t result; /* as of object_ops.read */
    char *bytes;    /* size of them, left out of cores */
};

struct reader;

/* A pool of so many threads; they start with the first job. NULL without memory. */
struct reader *reader_create(unsigned threads) __attribute__((warn_unused_result));

/* Readable when jobs have come back. */
int reader_fd(const struct reader *reader);

/* Hands a read to the threads. NULL without memory or threads; else the job. */
struct reader_job *reader_submit(struct reader *reader, struct connection *connection,
                                 const struct object *object, uint64_t offset, size_t size);

/* A job that has come back, in no particular order, or NULL. Free it with reader_release(). */
struct reader_job *reader_next(struct reader *reader);

/* NULL is fine. */
void reader_release(struct reader_job *job);

/* Is a read under way? Then a thread may hang in it, and only _exit(2) ends the process for
 * sure. */
bool reader_busy(const struct reader *reader);

/* At the end of the process. */
void reader_destroy(struct reader *reader);

#endif
