/* SPDX-License-Identifier: BSD-2-Clause */
/* Allocator: tcmalloc's numbers against a known pattern, and allocations of several threads. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"
#include "profile/allocator.h"

#define BLOCKS     1000
#define BLOCK_SIZE ((size_t)64 * 1024)

#if HAVE_TCMALLOC

static char *blocks[BLOCKS];

static void
fill(void)
{
    for (unsigned i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(BLOCK_SIZE);
        assert_non_null(blocks[i]);
        memset(blocks[i], 1, BLOCK_SIZE);
    }
}

static void
clear(void)
{
    for (unsigned i = 0; i < BLOCKS; i++)
        free(blocks[i]);
}

/* What is taken from the system is in use, free somewhere, or given back. */
static void
adds_up(const struct slot_memory *memory)
{
    assert_int_equal(memory->in_use + memory->page_heap + memory->thread_cache +
                         memory->central,
                     memory->heap);
}

static void
free_memory_is_given_back(void **state)
{
    struct slot_memory memory = { 0 };

    (void)state;
    fill();
    clear();
    allocator_trim();
    allocator_publish(&memory);
    assert_true(memory.page_heap < BLOCK_SIZE * BLOCKS / 8);
    assert_true(memory.released > BLOCK_SIZE * BLOCKS / 2);
}

static void
in_use_follows(void **state)
{
    struct slot_memory before = { 0 };
    struct slot_memory full = { 0 };
    struct slot_memory after = { 0 };

    (void)state;
    allocator_publish(&before);
    fill();
    allocator_publish(&full);
    clear();
    allocator_publish(&after);
    adds_up(&before);
    adds_up(&full);
    adds_up(&after);
    assert_in_range(full.in_use - before.in_use, BLOCKS * BLOCK_SIZE,
                    BLOCKS * BLOCK_SIZE + BLOCKS * BLOCK_SIZE / 20);
    assert_true(full.heap >= full.in_use);
    assert_in_range(after.in_use, 1, before.in_use + 4096);
    assert_true(after.page_heap + after.released + after.thread_cache + after.central >=
                BLOCKS * BLOCK_SIZE);
}

static void *
allocate_and_free(void *argument)
{
    for (unsigned i = 0; i < BLOCKS; i++) {
        void *volatile block = malloc(100);

        free(block);
    }
    return argument;
}

static void
counts_in_all_threads(void **state)
{
    struct slot_memory memory = { .allocations = 7 };
    pthread_t thread;

    (void)state;
    assert_int_equal(allocator_count(&memory), 0);
    assert_int_equal(memory.allocations, 0);
    assert_int_equal(pthread_create(&thread, NULL, allocate_and_free, NULL), 0);
    allocate_and_free(NULL);
    pthread_join(thread, NULL);
    assert_in_range(memory.allocations, 2 * BLOCKS, 2 * BLOCKS + 50);
    memory.allocations = 0;
    assert_int_equal(allocator_count(&memory), 0);
    allocate_and_free(NULL);
    assert_in_range(memory.allocations, BLOCKS, BLOCKS + 10);
}

#else

static void
free_memory_is_given_back(void **state)
{
    (void)state;
    skip(); /* the C library gives memory back as it likes */
}

static void
in_use_follows(void **state)
{
    struct slot_memory memory = { 0 };

    (void)state;
    allocator_publish(&memory);
    assert_int_equal(memory.heap, 0);
}

static void
counts_in_all_threads(void **state)
{
    struct slot_memory memory = { .allocations = 7 };

    (void)state;
    assert_int_equal(allocator_count(&memory), 0);
    assert_int_equal(memory.allocations, 0);
}

#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_use_follows),
        cmocka_unit_test(free_memory_is_given_back),
        cmocka_unit_test(counts_in_all_threads),
    };

    return cmocka_run_group_tests_name("allocator", tests, NULL, NULL);
}
