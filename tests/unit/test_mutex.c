/* SPDX-License-Identifier: BSD-2-Clause */
/* Mutex: a lock that is free costs no record; one that is taken has its time and its caller. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "profile/mutex.h"
#include "profile_load.h"

#define HELD_US 50000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct tables tables;

static void *
hold(void *argument)
{
    pthread_mutex_lock(&lock);
    __atomic_store_n((int *)argument, 1, __ATOMIC_RELAXED);
    usleep(HELD_US);
    pthread_mutex_unlock(&lock);
    return NULL;
}

__attribute__((noinline, noclone)) static void
take_lock(void)
{
    mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
}

static void
waits_are_counted(void **state)
{
    int held = 0;
    struct profile *profile;
    pthread_t thread;

    (void)state;
    take_lock(); /* before mutex_start() */
    mutex_start(tables_mutex(&tables, 0));
    take_lock();
    profile = profile_take(&tables, PROFILE_MUTEX, 0, 1, NULL);
    assert_int_equal(profile_total(profile, MUTEX_TIMES), 0);
    profile_free(profile);
    pthread_create(&thread, NULL, hold, &held);
    while (__atomic_load_n(&held, __ATOMIC_RELAXED) == 0)
        usleep(100);
    take_lock();
    pthread_join(thread, NULL);
    profile = profile_take(&tables, PROFILE_MUTEX, 0, 1, NULL);
    assert_int_equal(profile_total(profile, MUTEX_TIMES), 1);
    assert_true(profile_total(profile, MUTEX_NS) > 0);
    assert_true(load_has_stack(profile, "take_lock", "main"));
    profile_free(profile);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_are_counted),
    };

    if (tables_create(&tables, &(struct tables_plan){ .workers = 1 }) < 0)
        return 1;
    return cmocka_run_group_tests_name("mutex", tests, NULL, NULL);
}
