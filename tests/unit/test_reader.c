/* SPDX-License-Identifier: BSD-2-Clause */
/* Reader: jobs come back with their bytes; a slow one does not hold the others up. */
#include <errno.h>
#include <poll.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker/reader.h"

static sem_t gate;
static struct label_request served;

/* Offset 1 waits at the gate; offset 2 fails; others are read at once. */
static ssize_t
slow_read(const struct object *object, void *buffer, size_t size, uint64_t offset, bool wait)
{
    (void)object;
    served = label_request();
    if (!wait)
        return -EAGAIN;
    if (offset == 1)
        sem_wait(&gate);
    if (offset == 2)
        return -ESTALE;
    memset(buffer, 'a' + (int)offset, size);
    return (ssize_t)size;
}

static const struct object_ops slow = { .read = slow_read };
static const struct object object = { .ops = &slow };

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
    struct reader *reader = reader_create(2);
    struct reader_job *job;

    (void)state;
    assert_null(reader_next(reader));
    assert_non_null(reader_submit(reader, NULL, &object, 3, 100));
    job = wait_for_one(reader);
    assert_int_equal(job->result, 100);
    assert_int_equal(job->bytes[99], 'd');
    reader_release(job);
    assert_non_null(reader_submit(reader, NULL, &object, 2, 100));
    job = wait_for_one(reader);
    assert_int_equal(job->result, -ESTALE);
    reader_release(job);
    reader_destroy(reader);
}

/* Should the thread crash, it says whom it worked for. */
static void
a_thread_works_for_a_request(void **state)
{
    struct reader *reader = reader_create(1);

    (void)state;
    label_set_request((struct label_request){ 12, 3 });
    assert_non_null(reader_submit(reader, NULL, &object, 3, 100));
    label_set_request((struct label_request){ 0 });
    reader_release(wait_for_one(reader));
    assert_int_equal(served.connection, 12);
    assert_int_equal(served.number, 3);
    reader_destroy(reader);
}

static void
a_slow_read_holds_up_nobody_else(void **state)
{
    struct reader *reader = reader_create(2);
    struct reader_job *job;

    (void)state;
    sem_init(&gate, 0, 0);
    assert_non_null(reader_submit(reader, NULL, &object, 1, 10));
    for (uint64_t i = 3; i < 20; i++) {
        assert_non_null(reader_submit(reader, NULL, &object, i, 10));
        job = wait_for_one(reader);
        assert_int_equal(job->offset, i);
        reader_release(job);
    }
    sem_post(&gate);
    job = wait_for_one(reader);
    assert_int_equal(job->offset, 1);
    reader_release(job);
    reader_destroy(reader);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_and_errors_come_back),
        cmocka_unit_test(a_thread_works_for_a_request),
        cmocka_unit_test(a_slow_read_holds_up_nobody_else),
    };

    return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
