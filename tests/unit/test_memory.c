/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies are copies, new memory is zero, and no memory is the end, or of a try. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"

const char *__asan_default_options(void);
const char *__tsan_default_options(void);

/* The sanitizers' allocators end the process by default where malloc(3) returns NULL. */
const char *
__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

const char *
__tsan_default_options(void)
{
    return __asan_default_options();
}

static void
copies_text(void **state)
{
    char *copy = memory_copy("text");
    char *part = memory_copy_span((struct span){ .at = "a part", .length = 1 });
    char *none = memory_copy_span((struct span){ 0 });
    char *formatted = memory_format("%s %d", "n", 5);

    (void)state;
    assert_string_equal(copy, "text");
    assert_string_equal(part, "a");
    assert_string_equal(none, "");
    assert_string_equal(formatted, "n 5");
    memory_free(copy);
    memory_free(part);
    memory_free(none);
    memory_free(formatted);
}

static void
begins_with_zeros_and_keeps_what_grows(void **state)
{
    unsigned *items = memory_alloc(4 * sizeof(*items));

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(items[i], 0);
    items[3] = 9;
    items = memory_grow(items, 4000, sizeof(*items));
    assert_int_equal(items[3], 9);
    memory_free(items);
}

/* An impossible size, and standard error closed so that the line doesn't disturb. */
static void
ends_the_process_without_memory(void **state)
{
    int status = 0;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        close(STDERR_FILENO);
        memory_free(memory_grow(NULL, SIZE_MAX, 2));
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_FAILURE);
}

/* --- memory_try() ------------------------------------------------------------------------- */

struct work {
    size_t blocks; /* to be made */
    size_t size;   /* of the last one */
    char *kept;
};

static void
build_and_grow(void *argument)
{
    struct work *work = argument;
    char **texts = memory_grow(NULL, work->blocks, sizeof(*texts));

    for (size_t i = 0; i < work->blocks; i++)
        texts[i] = memory_format("%zu", i);
    for (size_t i = 1; i < work->blocks; i += 2)
        texts[i] = memory_grow(texts[i], 1000, i);
    for (size_t i = 0; i < work->blocks; i += 2)
        memory_free(texts[i]);
    work->kept = memory_alloc(work->size);
    for (size_t i = 1; i < work->blocks; i += 2)
        memory_free(texts[i]);
    memory_free(texts);
}

/* That nothing is left over is for the sanitizers and valgrind to see. */
static void
a_failed_try_is_undone(void **state)
{
    struct work work = { .blocks = 100, .size = SIZE_MAX / 4 };

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        assert_false(memory_try(build_and_grow, &work));
    assert_null(work.kept);
}

static void
what_a_try_has_made_outlives_it(void **state)
{
    struct work work = { .blocks = 100, .size = 10 };
    struct work worse = { .blocks = 100, .size = SIZE_MAX / 4 };

    (void)state;
    assert_true(memory_try(build_and_grow, &work));
    assert_false(memory_try(build_and_grow, &worse));
    work.kept = memory_grow(work.kept, 1, 20000);
    assert_int_equal(work.kept[9], 0);
    memory_free(work.kept);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_text),
        cmocka_unit_test(begins_with_zeros_and_keeps_what_grows),
        cmocka_unit_test(ends_the_process_without_memory),
        cmocka_unit_test(a_failed_try_is_undone),
        cmocka_unit_test(what_a_try_has_made_outlives_it),
    };

    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
