/* SPDX-License-Identifier: BSD-2-Clause */
/* Reader: jobs come back with their bytes; a slow one does not hold the others up. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker/reader.h"

enum { OBJECTS = 2, PIECE = 100 };

static sem_t gate;
static sem_t begun;
static unsigned reads;
static struct label_request served; /* by the last read */
static pthread_mutex_t served_lock = PTHREAD_MUTEX_INITIALIZER;

/* Offset 1 waits at the gate; offset 2 fails; others are read at once. */
static ssize_t
slow_read(const struct object *object, void *buffer, size_t size, uint64_t offset, bool wait)
{
    (void)object;
    pthread_mutex_lock(&served_lock);
    served = label_request();
    pthread_mutex_unlock(&served_lock);
    if (!wait)
        return -EAGAIN;
    __atomic_fetch_add(&reads, 1, __ATOMIC_SEQ_CST);
    if (offset == 1) {
        sem_post(&begun);
        sem_wait(&gate);
    }
    if (offset == 2)
        return -ESTALE;
    memset(buffer, 'a' + (int)offset, size);
    return (ssize_t)size;
}

static const struct object_ops slow = { .read = slow_read };
static const struct config_asset assets[] = { { .section = 0 }, { .section = 1 } };
static const struct object object = { .ops = &slow, .asset = &assets[0] };
static const struct object other = { .ops = &slow, .asset = &assets[1] };

static struct reader *
create(unsigned threads, unsigned pieces)
{
    const struct reader_plan plan = {
        .sections = OBJECTS, .threads = threads, .piece = PIECE, .pieces = pieces
    };

    return reader_create(&plan);
}

static struct reader_job *
wait_for_one(struct reader *reader)
{
    struct pollfd fd = { .fd = reader_fd(reader), .events = POLLIN };
    struct reader_job *job;

    while ((job = reader_next(reader)) == NULL)
        assert_int_equal(poll(&fd, 1, 10000), 1);
    return job;
}

static void
bytes_and_errors_come_back(void **state)
{
    struct reader *reader = reader_create(&(struct reader_plan){
        .threads = 2, .sections = OBJECTS, .piece = PIECE, .pieces = 100 });
    struct reader_job *job;

    (void)state;
    assert_null(reader_next(reader));
    assert_non_null(reader_submit(reader, NULL, &object, 3, 100));
    job = wait_for_one(reader);
    assert_int_equal(job->result, 100);
    assert_int_equal(job->bytes[99], 'd');
    reader_release(reader, job);
    assert_non_null(reader_submit(reader, NULL, &object, 2, 100));
    job = wait_for_one(reader);
    assert_int_equal(job->result, -ESTALE);
    reader_release(reader, job);
    reader_destroy(reader);
}

/* Should the thread crash, it says whom it worked for. */
static void
a_thread_works_for_a_request(void **state)
{
    struct reader *reader = reader_create(&(struct reader_plan){
        .threads = 1, .sections = OBJECTS, .piece = PIECE, .pieces = 100 });

    (void)state;
    label_set_request((struct label_request){ 12, 3 });
    assert_non_null(reader_submit(reader, NULL, &object, 3, 100));
    label_set_request((struct label_request){ 0 });
    reader_release(reader, wait_for_one(reader));
    assert_int_equal(served.connection, 12);
    assert_int_equal(served.number, 3);
    reader_destroy(reader);
}

static void
a_slow_read_holds_up_nobody_else(void **state)
{
    struct reader *reader = reader_create(&(struct reader_plan){
        .threads = 2, .sections = OBJECTS, .piece = PIECE, .pieces = 100 });
    struct reader_job *job;

    (void)state;
    sem_init(&gate, 0, 0);
    assert_non_null(reader_submit(reader, NULL, &object, 1, 10));
    for (uint64_t i = 3; i < 20; i++) {
        assert_non_null(reader_submit(reader, NULL, &object, i, 10));
        job = wait_for_one(reader);
        assert_int_equal(job->offset, i);
        reader_release(reader, job);
    }
    sem_post(&gate);
    job = wait_for_one(reader);
    assert_int_equal(job->offset, 1);
    reader_release(reader, job);
    reader_destroy(reader);
}

/* A read that hangs, and one that waits behind it. */
static struct reader *
hanging(struct reader_job **first, struct reader_job **second)
{
    struct reader *reader = reader_create(&(struct reader_plan){
        .threads = 1, .sections = OBJECTS, .piece = PIECE, .pieces = 100 });

    sem_init(&gate, 0, 0);
    sem_init(&begun, 0, 0);
    reads = 0;
    assert_non_null(*first = reader_submit(reader, NULL, &object, 1, 10));
    sem_wait(&begun);
    assert_non_null(*second = reader_submit(reader, NULL, &object, 3, 10));
    assert_int_equal(reader_waiting(reader, &object), 1);
    return reader;
}

static void
nobody_reads_for_who_has_gone(void **state)
{
    struct reader_job *first;
    struct reader_job *second;
    struct reader *reader = hanging(&first, &second);

    (void)state;
    reader_cancel(reader, second);
    assert_int_equal(reader_waiting(reader, &object), 0);
    assert_non_null(reader_submit(reader, NULL, &object, 4, 10));
    sem_post(&gate);
    assert_ptr_equal(wait_for_one(reader), first);
    reader_release(reader, first);
    second = wait_for_one(reader);
    assert_int_equal(second->offset, 4);
    reader_release(reader, second);
    assert_int_equal(reads, 2);
    assert_false(reader_busy(reader));
}

/* It comes back all the same: its buffer is the thread's until then. */
static void
a_read_under_way_is_not_interrupted(void **state)
{
    struct reader_job *first;
    struct reader_job *second;
    struct reader *reader = hanging(&first, &second);

    (void)state;
    reader_cancel(reader, second);
    reader_cancel(reader, first);
    assert_true(reader_busy(reader));
    sem_post(&gate);
    assert_ptr_equal(wait_for_one(reader), first);
    assert_null(first->connection);
    reader_release(reader, first);
    assert_false(reader_busy(reader));
}

static void
an_object_that_hangs_holds_up_no_other(void **state)
{
    struct reader_job *first;
    struct reader_job *second;
    struct reader *reader = hanging(&first, &second);
    struct reader_job *job;

    (void)state;
    assert_non_null(reader_submit(reader, NULL, &other, 5, 10));
    job = wait_for_one(reader);
    assert_ptr_equal(job->object, &other);
    reader_release(reader, job);
    sem_post(&gate);
    for (int i = 0; i < 2; i++)
        reader_release(reader, wait_for_one(reader));
    assert_int_equal(reader_held(reader), 0);
}

static void
buffers_are_used_again(void **state)
{
    struct reader *reader = reader_create(&(struct reader_plan){
        .threads = 1, .sections = OBJECTS, .piece = PIECE, .pieces = 100 });
    struct reader_job *job;
    const char *bytes = NULL;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_non_null(reader_submit(reader, NULL, &object, 3, 10 * PIECE));
        job = wait_for_one(reader);
        assert_int_equal(job->result, PIECE);
        assert_true(bytes == NULL || bytes == job->bytes);
        assert_int_equal(reader_held(reader), 1);
        bytes = job->bytes;
        reader_release(reader, job);
    }
}

/* Where all buffers are held, a read waits for one to be released. */
static void
buffers_are_bounded(void **state)
{
    struct reader *reader = create(1, 0);
    struct pollfd fd = { .fd = reader_fd(reader), .events = POLLIN };
    struct reader_job *held[OBJECTS];

    (void)state;
    for (unsigned i = 0; i < OBJECTS; i++) {
        assert_non_null(reader_submit(reader, NULL, &object, 7, 1));
        held[i] = wait_for_one(reader);
    }
    assert_non_null(reader_submit(reader, NULL, &other, 8, 1));
    assert_int_equal(poll(&fd, 1, 50), 0);
    assert_int_equal(reader_waiting(reader, &other), 1);
    reader_release(reader, held[0]);
    held[0] = wait_for_one(reader);
    assert_int_equal(held[0]->bytes[0], 'a' + 8);
    for (unsigned i = 0; i < OBJECTS; i++)
        reader_release(reader, held[i]);
    reader_destroy(reader);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_and_errors_come_back),
        cmocka_unit_test(buffers_are_bounded),
        cmocka_unit_test(a_thread_works_for_a_request),
        cmocka_unit_test(a_slow_read_holds_up_nobody_else),
        cmocka_unit_test(nobody_reads_for_who_has_gone),
        cmocka_unit_test(a_read_under_way_is_not_interrupted),
        cmocka_unit_test(an_object_that_hangs_holds_up_no_other),
        cmocka_unit_test(buffers_are_used_again),
    };

    return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
