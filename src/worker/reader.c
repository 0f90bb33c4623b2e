/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reader: a queue an object and one list of jobs done, all under one lock, and an eventfd that
 * tells the loop. A job gets a buffer when a thread begins it, so waiting jobs cost little;
 * buffers are reused, because allocating and freeing them takes system calls.
 *
 * Threads block all signals except the sampler's and those of crashes; the loop handles the
 * others. They only run object_ops.read, which touches nothing but the object and the job.
 */
#include "worker/reader.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/nodump.h"
#include "profile/mutex.h"
#include "profile/sampler.h"
#include "stack/crash.h"
#include "worker/open_file.h"

#define SPARE_MAX 16 /* buffers that wait for their next use */

TAILQ_HEAD(reader_jobs, reader_job);

/* A section's. */
struct reader_queue {
    struct reader *reader;
    struct reader_jobs jobs; /* to do, oldest first */
    pthread_cond_t work;
    unsigned waiting; /* jobs */
    unsigned threads;
    unsigned idle; /* threads that wait for a job */
};

struct reader {
    pthread_mutex_t lock;
    struct reader_jobs done;
    char *spare[SPARE_MAX];
    unsigned spares;
    unsigned buffers; /* spare ones, and those that jobs have */
    unsigned buffers_max;
    size_t piece;
    int event_fd;
    unsigned threads;   /* that a section may have */
    unsigned started;   /* of all sections */
    unsigned under_way; /* jobs submitted and not yet taken back; the loop's thread counts */
    unsigned held;      /* jobs taken back and not yet released; counted by the loop's thread */
    size_t sections;
    struct reader_queue queues[];
};

unsigned
reader_buffers_max(const struct reader_plan *plan)
{
    return plan->pieces + (unsigned)plan->sections * plan->threads;
}

struct reader *
reader_create(const struct reader_plan *plan)
{
    const size_t sections = plan->sections;
    struct reader *reader = calloc(1, sizeof(*reader) + sections * sizeof(reader->queues[0]));

    if (reader == NULL)
        return NULL;
    if ((reader->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0) {
        free(reader);
        return NULL;
    }
    pthread_mutex_init(&reader->lock, NULL);
    TAILQ_INIT(&reader->done);
    reader->threads = plan->threads;
    reader->piece = plan->piece;
    reader->buffers_max = reader_buffers_max(plan);
    reader->sections = sections;
    for (size_t i = 0; i < sections; i++) {
        reader->queues[i].reader = reader;
        TAILQ_INIT(&reader->queues[i].jobs);
        pthread_cond_init(&reader->queues[i].work, NULL);
    }
    return reader;
}

int
reader_fd(const struct reader *reader)
{
    return reader->event_fd;
}

static struct reader_queue *
reader_queue_of(struct reader *reader, const struct object *object)
{
    return &reader->queues[object->asset->section];
}

/* With the lock held. */
static void
reader_leave(struct reader_queue *queue, struct reader_job *job)
{
    TAILQ_REMOVE(&queue->jobs, job, entry);
    job->waiting = false;
    queue->waiting--;
}

static bool
has_buffer(const struct reader *reader)
{
    return reader->spares > 0 || reader->buffers < reader->buffers_max;
}

/* A spare one; NULL: it is to be made. With the lock held. */
static char *
take_buffer(struct reader *reader)
{
    if (reader->spares > 0)
        return reader->spare[--reader->spares];
    reader->buffers++;
    return NULL;
}

/* A job, and a buffer that was used before, if there is one. */
static struct reader_job *
wait_for_job(struct reader_queue *queue)
{
    struct reader *reader = queue->reader;
    struct reader_job *job;

    mutex_lock(&reader->lock);
    queue->idle++;
    while ((job = TAILQ_FIRST(&queue->jobs)) == NULL || !has_buffer(reader))
        pthread_cond_wait(&queue->work, &reader->lock);
    queue->idle--;
    reader_leave(queue, job);
    job->bytes = take_buffer(reader);
    pthread_mutex_unlock(&reader->lock);
    return job;
}

static void
reader_give_back(struct reader *reader, struct reader_job *job)
{
    mutex_lock(&reader->lock);
    TAILQ_INSERT_TAIL(&reader->done, job, entry);
    pthread_mutex_unlock(&reader->lock);
    (void)eventfd_write(reader->event_fd, 1);
}

static ssize_t
read_piece(struct reader *reader, struct reader_job *job)
{
    const struct object *object = job->object;

    if (job->bytes == NULL && (job->bytes = nodump_alloc(reader->piece)) == NULL)
        return -ENOMEM;
    label_set(object->asset->section + 1);
    label_set_request(job->request);
    return object->ops->read(object, job->bytes, job->size, job->offset, true);
}

static void *
reader_serve(void *argument)
{
    struct reader_queue *queue = argument;

    if (sampler_add_thread() < 0)
        log_warning("reader thread: not included in CPU profiles");
    if (crash_arm_thread() < 0)
        log_warning("reader thread: a stack overflow will leave no crash record");
    for (;;) {
        struct reader_job *job = wait_for_job(queue);

        job->result = read_piece(queue->reader, job);
        reader_give_back(queue->reader, job);
    }
    return NULL;
}

/* The object is no longer used. */
static void
free_job(struct reader_job *job)
{
    open_file_let_go(job->object);
    free(job);
}

static void
start_thread(struct reader_queue *queue)
{
    sigset_t all;
    sigset_t before;
    pthread_t thread;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    if (pthread_create(&thread, NULL, reader_serve, queue) == 0) {
        pthread_detach(thread);
        queue->threads++;
        queue->reader->started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Appends the job. True: there is a thread that has nothing else to do. */
static bool
reader_append(struct reader_queue *queue, struct reader_job *job)
{
    bool enough;

    mutex_lock(&queue->reader->lock);
    TAILQ_INSERT_TAIL(&queue->jobs, job, entry);
    job->waiting = true;
    enough = ++queue->waiting <= queue->idle;
    pthread_cond_signal(&queue->work);
    pthread_mutex_unlock(&queue->reader->lock);
    return enough;
}

struct reader_job *
reader_submit(struct reader *reader, struct connection *connection, const struct object *object,
              uint64_t offset, size_t size)
{
    struct reader_queue *queue = reader_queue_of(reader, object);
    struct reader_job *job = calloc(1, sizeof(*job));

    if (job == NULL)
        return NULL;
    *job = (struct reader_job){ .connection = connection,
                                .object = object,
                                .request = label_request(),
                                .offset = offset,
                                .size = size < reader->piece ? size : reader->piece };
    open_file_hold(object);
    reader->under_way++;
    if (!reader_append(queue, job) && queue->threads < reader->threads)
        start_thread(queue);
    if (queue->threads > 0)
        return job;
    reader_cancel(reader, job);
    return NULL;
}

void
reader_cancel(struct reader *reader, struct reader_job *job)
{
    bool waiting;

    job->connection = NULL;
    mutex_lock(&reader->lock);
    if ((waiting = job->waiting))
        reader_leave(reader_queue_of(reader, job->object), job);
    pthread_mutex_unlock(&reader->lock);
    if (!waiting)
        return;
    reader->under_way--;
    free_job(job);
}

struct reader_job *
reader_next(struct reader *reader)
{
    struct reader_job *job;
    eventfd_t times;

    (void)eventfd_read(reader->event_fd, &times);
    mutex_lock(&reader->lock);
    if ((job = TAILQ_FIRST(&reader->done)) != NULL)
        TAILQ_REMOVE(&reader->done, job, entry);
    pthread_mutex_unlock(&reader->lock);
    if (job) {
        reader->under_way--;
        reader->held++;
    }
    return job;
}

/* Threads may have waited for a buffer. */
static void
wake_threads(struct reader *reader)
{
    for (size_t i = 0; i < reader->sections; i++)
        pthread_cond_signal(&reader->queues[i].work);
}

/* Keeps the buffer for the next job if there are few. */
static bool
keep_spare(struct reader *reader, char *bytes)
{
    bool kept = false;

    mutex_lock(&reader->lock);
    if (reader->buffers == reader->buffers_max)
        wake_threads(reader);
    if ((kept = bytes && reader->spares < SPARE_MAX))
        reader->spare[reader->spares++] = bytes;
    else
        reader->buffers--;
    pthread_mutex_unlock(&reader->lock);
    return kept;
}

void
reader_release(struct reader *reader, struct reader_job *job)
{
    if (job == NULL)
        return;
    reader->held--;
    if (!keep_spare(reader, job->bytes))
        nodump_free(job->bytes, reader->piece);
    free_job(job);
}

unsigned
reader_waiting(struct reader *reader, const struct object *object)
{
    unsigned waiting;

    mutex_lock(&reader->lock);
    waiting = reader_queue_of(reader, object)->waiting;
    pthread_mutex_unlock(&reader->lock);
    return waiting;
}

unsigned
reader_held(const struct reader *reader)
{
    return reader->held;
}

bool
reader_busy(const struct reader *reader)
{
    return reader->under_way > 0;
}

void
reader_destroy(struct reader *reader)
{
    if (reader == NULL || reader->started > 0)
        return;
    close(reader->event_fd);
    for (size_t i = 0; i < reader->sections; i++)
        pthread_cond_destroy(&reader->queues[i].work);
    pthread_mutex_destroy(&reader->lock);
    free(reader);
}
