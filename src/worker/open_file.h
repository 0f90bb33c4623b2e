/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * open_file: the streamed files that a worker has open, of trees that have too many to keep all
 * of them open. A file that is not open is asked for at the tree's opener (opener.h), and the
 * connection waits as it waits for a disk. Of those open, the ones requested last stay, and
 * those that connections use.
 */
#ifndef WORKER_OPEN_FILE_H
#define WORKER_OPEN_FILE_H

#include <stdint.h>
#include <sys/queue.h>

#include "object/object.h"
#include "worker/watch.h"

struct connection;
struct open_file;
struct open_file_tree;
struct tree;
struct worker;

/* The connection to the opener of a tree. */
struct open_file_line {
    const struct tree *tree;
    int fd; /* see passing.h */
};

LIST_HEAD(open_file_chain, open_file);

/* A worker's part. */
struct open_files {
    struct open_file_tree *trees; /* one for each opener */
    size_t tree_count;
    struct open_file_chain *chains; /* by the number of the object */
    size_t chain_count;             /* a power of two; 0: no tree has an opener */
};

/* 0 or a negative errno; open_file_release() in both cases. */
int open_file_start(struct worker *worker) __attribute__((warn_unused_result));
void open_file_release(struct worker *worker);

/* Watches the openers. 0 or a negative errno. */
int open_file_watch(struct worker *worker) __attribute__((warn_unused_result));

/*
 * Replaces an object whose file is not open by one whose file is, and holds it for the
 * connection. 0, also for all other objects; -EAGAIN: the connection waits for it, and has a
 * turn with OUTCOME_READY; -EBUSY: too many are used or waited for; -ETIMEDOUT: it did not come
 * in time; -ESTALE: it is another file; another negative errno: it can't be opened.
 */
int open_file_get(struct worker *worker, struct connection *connection,
                  const struct object **object) __attribute__((warn_unused_result));

/* The connection waits no longer: its next open_file_get() returns -ETIMEDOUT. False: it did
 * not wait. */
bool open_file_time_out(struct worker *worker, struct connection *connection);

/* The connection no longer uses its file, nor waits for one. */
void open_file_leave(struct connection *connection);

/* For reads by threads, which may outlast the connection. Nothing for other objects. */
void open_file_hold(const struct object *object);
void open_file_let_go(const struct object *object);

/* The number in the catalogue. */
uint32_t open_file_number(const struct worker *worker, const struct object *object);

#endif
