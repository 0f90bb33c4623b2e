/* SPDX-License-Identifier: BSD-2-Clause */
/* Stacks: counting, the full table, copies while it is written, differences, damage. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "profile/stacks.h"

static struct stacks *
make_table(void)
{
    void *memory =
        mmap(NULL, STACKS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(memory, MAP_FAILED);
    return memory;
}

static void
drop_table(struct stacks *table)
{
    munmap(table, STACKS_SIZE);
}

static void
add(struct stacks *table, uint32_t label, uintptr_t pc, unsigned depth, uint64_t value)
{
    const uint64_t values[STACKS_VALUES] = { value, 10 * value, 0, 1 };
    uintptr_t pcs[STACKS_DEPTH];

    for (unsigned i = 0; i < depth; i++)
        pcs[i] = pc + i;
    stacks_add(table, label, pcs, depth, values);
}

static size_t
count_records(const struct stacks *copy, uint64_t *sum)
{
    const struct stacks_record *record;
    size_t place = 0;
    size_t count = 0;

    *sum = 0;
    while ((record = stacks_next(copy, &place)) != NULL) {
        count++;
        *sum += record->values[0];
    }
    return count;
}

static void
equal_stacks_share_a_record_and_others_do_not(void **state)
{
    struct stacks *table = make_table();
    struct stacks *copy;
    uint64_t sum;

    (void)state;
    add(table, 1, 1000, 3, 5);
    add(table, 1, 1000, 3, 7);
    add(table, 2, 1000, 3, 1);            /* label */
    add(table, 1, 1000, 2, 1);            /* depth */
    add(table, 1, 1001, 3, 1);            /* addresses */
    add(table, 1, 1000, STACKS_DEPTH, 1); /* as deep as can be */
    copy = stacks_copy(table);
    assert_int_equal(count_records(copy, &sum), 5);
    assert_int_equal(sum, 16);
    free(copy);
    drop_table(table);
}

static void
a_record_keeps_what_it_was_made_of(void **state)
{
    struct stacks *table = make_table();
    const struct stacks_record *record;
    struct stacks *copy;
    size_t place = 0;

    (void)state;
    add(table, 9, 77, 4, 2);
    copy = stacks_copy(table);
    record = stacks_next(copy, &place);
    assert_non_null(record);
    assert_int_equal(record->label, 9);
    assert_int_equal(record->depth, 4);
    assert_int_equal(record->pcs[3], 80);
    assert_int_equal(record->values[1], 20);
    assert_int_equal(record->values[3], 1);
    assert_null(stacks_next(copy, &place));
    free(copy);
    drop_table(table);
}

static void
what_does_not_fit_is_counted_as_lost(void **state)
{
    enum { STACKS = 20000 };
    struct stacks *table = make_table();
    struct stacks *copy;
    uint64_t sum;
    size_t kept;

    (void)state;
    for (unsigned i = 0; i < STACKS; i++)
        add(table, 0, 1000 + 100 * i, 12, 1);
    copy = stacks_copy(table);
    kept = count_records(copy, &sum);
    assert_true(kept > 2500 && kept < STACKS);
    assert_int_equal(sum, kept);
    assert_int_equal(sum + stacks_lost(copy)[0], STACKS);
    assert_int_equal(stacks_lost(copy)[1], 10 * (STACKS - kept));
    free(copy);
    drop_table(table);
}

static void
the_difference_of_two_copies_is_what_came_between(void **state)
{
    struct stacks *table = make_table();
    struct stacks *before;
    struct stacks *after;
    const struct stacks_record *record;
    size_t place = 0;
    uint64_t sum;

    (void)state;
    add(table, 0, 1000, 3, 5);
    add(table, 0, 2000, 3, 5);
    before = stacks_copy(table);
    add(table, 0, 1000, 3, 2);
    add(table, 0, 3000, 3, 9);
    after = stacks_copy(table);
    stacks_subtract(after, before);
    assert_int_equal(count_records(after, &sum), 3);
    assert_int_equal(sum, 11);
    while ((record = stacks_next(after, &place)) != NULL)
        assert_int_equal(record->values[0],
                         record->pcs[0] == 1000 ? 2 : (record->pcs[0] == 3000 ? 9 : 0));
    stacks_subtract(after, NULL);
    assert_int_equal(count_records(after, &sum), 3);
    free(before);
    free(after);
    drop_table(table);
}

/* Every record says by its addresses what it must look like. */
static void
check_copy(struct stacks *table, uint64_t *last)
{
    struct stacks *copy = stacks_copy(table);
    const struct stacks_record *record;
    size_t place = 0;
    uint64_t sum;

    while ((record = stacks_next(copy, &place)) != NULL) {
        assert_int_equal(record->depth, 1 + record->pcs[0] / 100 % 40);
        for (unsigned i = 0; i < record->depth; i++)
            assert_int_equal(record->pcs[i], record->pcs[0] + i);
    }
    count_records(copy, &sum);
    sum += stacks_lost(copy)[0];
    assert_true(sum >= *last);
    *last = sum;
    free(copy);
}

static void
copies_are_whole_while_a_worker_writes_and_after_it_was_killed(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 20; round++) {
        struct stacks *table = make_table();
        uint64_t last = 0;
        int status;
        pid_t pid = fork();

        if (pid == 0)
            for (uintptr_t i = 0;; i++)
                add(table, 0, 100 * (i % 3001), 1 + (unsigned)(i % 3001 % 40), 1);
        while (last < 500 * (round + 1))
            check_copy(table, &last);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        for (unsigned i = 0; i < 3; i++)
            check_copy(table, &last);
        drop_table(table);
    }
}

static void
a_damaged_table_neither_harms_its_readers_nor_its_next_writer(void **state)
{
    struct stacks *table = make_table();
    uint64_t sum;

    (void)state;
    for (unsigned seed = 0; seed < 50; seed++) {
        uint32_t *words = (uint32_t *)table;
        struct stacks *copy;

        for (unsigned i = 0; i < 300; i++)
            add(table, 0, 1000 * i, 1 + i % 20, 1);
        for (unsigned i = 0; i < 2000; i++)
            words[((i * 2654435761u) ^ seed) % (STACKS_SIZE / 16)] = i * 40503u << seed % 20;
        copy = stacks_copy(table);
        count_records(copy, &sum);
        free(copy);
        stacks_adopt(table);
        add(table, 0, 5, 3, 1);
    }
    drop_table(table);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_stacks_share_a_record_and_others_do_not),
        cmocka_unit_test(a_record_keeps_what_it_was_made_of),
        cmocka_unit_test(what_does_not_fit_is_counted_as_lost),
        cmocka_unit_test(the_difference_of_two_copies_is_what_came_between),
        cmocka_unit_test(copies_are_whole_while_a_worker_writes_and_after_it_was_killed),
        cmocka_unit_test(a_damaged_table_neither_harms_its_readers_nor_its_next_writer),
    };

    return cmocka_run_group_tests_name("stacks", tests, NULL, NULL);
}
