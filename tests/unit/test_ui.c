/* SPDX-License-Identifier: BSD-2-Clause */
/* Ui: a build without the libraries of the dashboard says so at /. One with them is tested in a
 * browser, see tests/e2e/test_dashboard.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "object/embed.h"
#include "observed.h"
#include "pages/pages.h"
#include "pages/ui.h"

/* In place of the build's. */
extern const struct embed ui_table[];
extern const size_t ui_count;
const struct embed ui_table[] = { { .name = NULL } };
const size_t ui_count = 0;

static void
the_index_says_why_there_is_none(void **state)
{
    struct observed observed;
    char *content = NULL;
    size_t size;
    struct page page = { .out = open_memstream(&content, &size), .status = 200 };

    (void)state;
    observed_create(&observed, 1);
    page.view = &observed.view;
    ui_start(&page);
    fclose(page.out);
    assert_int_equal(page.status, 200);
    assert_string_equal(page.type, PAGE_HTML);
    assert_non_null(strstr(content, "There is no dashboard at <code>/</code>: it"));
    assert_non_null(strstr(content, ">goroutine</a>"));
    free(content);
    observed_destroy(&observed);
}

static void
there_are_no_files(void **state)
{
    (void)state;
    assert_non_null(ui_missing());
    assert_false(ui_has(SPAN("main.js")));
    assert_null(pages_find(SPAN("/ui/main.js")));
    assert_null(pages_find(SPAN("/ui/")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_says_why_there_is_none),
        cmocka_unit_test(there_are_no_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
