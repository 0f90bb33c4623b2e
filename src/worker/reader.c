/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reader: two lists under one lock, jobs to do and jobs done, and an eventfd that tells the
 * loop. The threads block all signals but the sampler's and those of crashes: the others are
 * the loop's matter. They only run object_ops.read, which touches nothing but the object and
 * the job.
 */
#include "worker/reader.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/nodump.h"
#include "profile/sampler.h"
#include "stack/crash.h"

struct reader {
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct reader_job *first; /* to do, oldest first */
    struct reader_job **last;
    struct reader_job *done;
    int event_fd;
    unsigned threads;
    unsigned started;
    unsigned under_way; /* jobs submitted and not yet taken back; the loop's thread counts */
};

struct reader *
reader_create(unsigned threads)
{
    struct reader *reader = calloc(1, sizeof(*reader));

    if (reader == NULL)
        return NULL;
    if ((reader->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0) {
        free(reader);
        return NULL;
    }
    pthread_mutex_init(&reader->lock, NULL);
    pthread_cond_init(&reader->work, NULL);
    reader->last = &reader->first;
    reader->threads = threads;
    return reader;
}

int
reader_fd(const struct reader *reader)
{
    return reader->event_fd;
}

static struct reader_job *
wait_for_job(struct reader *reader)
{
    struct reader_job *job;

    pthread_mutex_lock(&reader->lock);
    while ((job = reader->first) == NULL)
        pthread_cond_wait(&reader->work, &reader->lock);
    if ((reader->first = job->next) == NULL)
        reader->last = &reader->first;
    pthread_mutex_unlock(&reader->lock);
    return job;
}

static void
reader_give_back(struct reader *reader, struct reader_job *job)
{
    pthread_mutex_lock(&reader->lock);
    job->next = reader->done;
    reader->done = job;
    pthread_mutex_unlock(&reader->lock);
    (void)eventfd_write(reader->event_fd, 1);
}

static void *
reader_serve(void *argument)
{
    struct reader *reader = argument;

    if (sampler_add_thread() < 0)
        log_warning("a thread that reads is not profiled");
    if (crash_arm_thread() < 0)
        log_warning("a thread that reads leaves no record when its stack is full");
    for (;;) {
        struct reader_job *job = wait_for_job(reader);

        label_set(job->object->index + 1);
        label_set_request(job->request);
        job->result =
            job->object->ops->read(job->object, job->bytes, job->size, job->offset, true);
        reader_give_back(reader, job);
    }
    return NULL;
}

static void
start_threads(struct reader *reader)
{
    sigset_t all;
    sigset_t before;
    pthread_t thread;

    if (reader->started == reader->threads)
        return;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    while (reader->started < reader->threads &&
           pthread_create(&thread, NULL, reader_serve, reader) == 0) {
        pthread_detach(thread);
        reader->started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static struct reader_job *
make_job(size_t size)
{
    struct reader_job *job = calloc(1, sizeof(*job));

    if (job == NULL)
        return NULL;
    job->size = size;
    if ((job->bytes = nodump_alloc(size)) != NULL)
        return job;
    free(job);
    return NULL;
}

void
reader_release(struct reader_job *job)
{
    if (job)
        nodump_free(job->bytes, job->size);
    free(job);
}

struct reader_job *
reader_submit(struct reader *reader, struct connection *connection, const struct object *object,
              uint64_t offset, size_t size)
{
    struct reader_job *job;

    start_threads(reader);
    if (reader->started == 0 || (job = make_job(size)) == NULL)
        return NULL;
    job->connection = connection;
    job->object = object;
    job->request = label_request();
    job->offset = offset;
    reader->under_way++;
    pthread_mutex_lock(&reader->lock);
    *reader->last = job;
    reader->last = &job->next;
    pthread_cond_signal(&reader->work);
    pthread_mutex_unlock(&reader->lock);
    return job;
}

struct reader_job *
reader_next(struct reader *reader)
{
    struct reader_job *job;
    eventfd_t times;

    (void)eventfd_read(reader->event_fd, &times);
    pthread_mutex_lock(&reader->lock);
    if ((job = reader->done) != NULL)
        reader->done = job->next;
    pthread_mutex_unlock(&reader->lock);
    if (job)
        reader->under_way--;
    return job;
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
    pthread_cond_destroy(&reader->work);
    pthread_mutex_destroy(&reader->lock);
    free(reader);
}
