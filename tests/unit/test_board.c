/* SPDX-License-Identifier: BSD-2-Clause */
/* What keys of top do to the order and the rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/board.h"

/* Presses letters; rows: how many there are. */
static void
press(struct board *board, const char *letters, size_t rows)
{
    for (; *letters != '\0'; letters++)
        board_act(board, board_action_of(*letters), rows);
}

static void
sorts(void **state)
{
    struct rates_row rows[] = {
        { .worker = 0, .pid = 30, .user = 0.1, .pss = 3, .requests_s = 5 },
        { .worker = 1, .pid = 20, .user = 0.3, .pss = 2, .requests_s = 7 },
        { .worker = 2, .pid = 10, .system = 0.2, .pss = 1, .requests_s = 6 },
    };
    struct rates rates = { rows, 3 };
    struct board board = BOARD_START;
    static const struct {
        const char *keys;
        const char *name;
        uint64_t first; /* worker */
        uint64_t last;
    } cases[] = {
        { "", "worker", 0, 2 },    { "P", "CPU", 1, 0 },       { "M", "memory", 0, 2 },
        { "N", "pid", 2, 0 },      { "T", "requests", 1, 0 },  { "R", "requests", 0, 1 },
        { ">", "bytes", 0, 0 },    { "<<<<", "worker", 0, 2 }, { "I", "worker", 2, 0 },
        { "<", "restarts", 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        press(&board, cases[i].keys, 3);
        board_sort(&board, &rates);
        assert_string_equal(board_column_name(&board), cases[i].name);
        if (cases[i].first != cases[i].last) {
            assert_int_equal(rows[0].worker, cases[i].first);
            assert_int_equal(rows[2].worker, cases[i].last);
        }
    }
}

static void
scrolls(void **state)
{
    struct board board = BOARD_START;

    (void)state;
    press(&board, "jjj", 3);
    assert_int_equal(board.scroll, 2);
    press(&board, "kkkk", 3);
    assert_int_equal(board.scroll, 0);
    board_act(&board, BOARD_LAST, 3);
    assert_int_equal(board.scroll, 2);
    board_act(&board, BOARD_DOWN, 0); /* rows may have gone meanwhile */
    assert_int_equal(board.scroll, 0);
}

static void
changes_the_delay(void **state)
{
    struct board board = BOARD_START;

    (void)state;
    press(&board, "+", 0);
    assert_int_equal(board.delay, 4000);
    press(&board, "++++++++", 0);
    assert_int_equal(board.delay, 60000);
    press(&board, "-------------", 0);
    assert_int_equal(board.delay, 100);
    press(&board, "h", 0);
    assert_true(board.help && !board.quit);
    press(&board, "?q", 0);
    assert_true(!board.help && board.quit);
    assert_int_equal(board_action_of(0), BOARD_NOTHING);
    assert_int_equal(board_action_of(0x1ff), BOARD_NOTHING);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts),
        cmocka_unit_test(scrolls),
        cmocka_unit_test(changes_the_delay),
    };

    return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
