/* SPDX-License-Identifier: BSD-2-Clause */
/* nodump: the kernel says whether pages have the mark, in the flags of proc_pid_smaps(5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nodump.h"

/* Has the mapping around the address "dd" among its flags? */
static bool
is_marked(const void *memory)
{
    const uintptr_t address = (uintptr_t)memory;
    FILE *in = fopen("/proc/self/smaps", "re");
    bool inside = false;
    bool marked = false;
    char line[512];

    assert_non_null(in);
    while (fgets(line, sizeof(line), in)) {
        uintptr_t start;
        uintptr_t end;

        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &start, &end) == 2)
            inside = start <= address && address < end;
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            marked = strstr(line, " dd") != NULL;
    }
    fclose(in);
    return marked;
}

static void
all_of_it_is_marked(void **state)
{
    const size_t size = 100000;
    char *memory = nodump_alloc(size);

    (void)state;
    assert_non_null(memory);
    memset(memory, 'x', size);
    assert_true(is_marked(memory));
    assert_true(is_marked(memory + size - 1));
    nodump_free(memory, size);
}

/* What comes next to these pages belongs into a core. */
static void
the_mark_goes_with_it(void **state)
{
    const size_t size = 1 << 16;
    char *memory = nodump_alloc(size);
    char *again;

    (void)state;
    nodump_free(memory, size);
    again = aligned_alloc(4096, size);
    assert_non_null(again);
    assert_false(is_marked(again));
    free(again);
    nodump_free(NULL, size);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_is_marked),
        cmocka_unit_test(the_mark_goes_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
