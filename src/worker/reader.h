/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reader: threads for reads that would block. Each section has a queue and threads of its own,
 * so a hanging disk delays only the clients of its own objects. All other code of a worker runs
 * in the loop's thread.
 */
#ifndef WORKER_READER_H
#define WORKER_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "object/object.h"
#include "stack/label.h"

struct connection;

/* A read. A thread owns it while it reads, and the loop's thread afterwards. */
struct reader_job {
    TAILQ_ENTRY(reader_job) entry;
    bool waiting;                  /* in the queue: no thread has it yet */
    struct connection *connection; /* used by the loop only; NULL: none waits for the bytes */
    const struct object *object;
    struct label_request request; /* that it is for */
    uint64_t offset;
    size_t size;
    ssize_t result; /* as of object_ops.read */
    char *bytes;    /* what was read, left out of cores; NULL before */
};

struct reader;

struct reader_plan {
    size_t sections;
    unsigned threads; /* for each section; they start when they are needed, and stay */
    size_t piece;     /* bytes of a read at most */
    unsigned pieces;  /* that may wait for their release, besides what threads read now */
};

/* NULL without memory. */
struct reader *reader_create(const struct reader_plan *plan)
    __attribute__((warn_unused_result));

/* How many buffers there are at most. */
unsigned reader_buffers_max(const struct reader_plan *plan);

/* Readable when jobs have come back. */
int reader_fd(const struct reader *reader);

/* Hands a read to the threads. NULL without memory or threads; else the job. */
struct reader_job *reader_submit(struct reader *reader, struct connection *connection,
                                 const struct object *object, uint64_t offset, size_t size);

/* Cancels a read; it is skipped if no thread has begun it. The pointer is invalid afterwards.
 */
void reader_cancel(struct reader *reader, struct reader_job *job);

/* A job that has come back, the oldest first, or NULL. Free it with reader_release(). */
struct reader_job *reader_next(struct reader *reader);

/* NULL is fine. */
void reader_release(struct reader *reader, struct reader_job *job);

/* How many reads of the object's section wait for a thread. */
unsigned reader_waiting(struct reader *reader, const struct object *object);

/* How many jobs have come back and are not released. */
unsigned reader_held(const struct reader *reader);

/* Is a read under way? A thread may hang in it; then only _exit(2) ends the process. */
bool reader_busy(const struct reader *reader);

/* At the end of the process. */
void reader_destroy(struct reader *reader);

#endif
