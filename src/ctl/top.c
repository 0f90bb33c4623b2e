/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top: rates are those between the last two replies. ncurses draws what board.c prints; top
 * reconnects when the daemon restarts.
 */
#include "ctl/top.h"

#include <ncurses.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/memory.h"
#include "ctl/board.h"
#include "ctl/contact.h"
#include "ctl/outcome.h"
#include "ctl/overview.h"

struct top {
    const struct task *task;
    struct board board;
    struct contact contact;
    char *reply; /* the last reply */
    struct rates rates;
    char *error; /* of the last request; NULL: none */
};

/* --- looking ------------------------------------------------------------------------------ */

static void
top_close(struct top *top)
{
    rates_free(&top->rates);
    free(top->reply);
    memory_free(top->error);
    contact_close(&top->contact);
}

/* Asks for the first time, possibly after a restart of the daemon. */
static void
top_open(struct top *top)
{
    top_close(top);
    top->reply = NULL;
    top->error = contact_open(&top->contact, top->task);
}

static void
look(struct top *top)
{
    const char *before;
    char *reply;

    if (top->contact.status == NULL) {
        top_open(top);
        return;
    }
    memory_free(top->error);
    if ((top->error = contact_ask(&top->contact, "status", &reply)) != NULL) {
        contact_close(&top->contact);
        return;
    }
    before = top->reply ? top->reply : top->contact.status;
    rates_free(&top->rates);
    rates_compare(&top->rates, before, reply, contact_pss(&top->contact));
    board_sort(&top->board, &top->rates);
    free(top->reply);
    top->reply = reply;
}

/* --- lines -------------------------------------------------------------------------------- */

static void
top_print_json(const struct top *top)
{
    overview_json_print(top->reply, &top->rates, stdout);
}

static void
top_print_lines(const struct top *top)
{
    board_print_head(&top->board, top->reply, &top->rates, stdout);
    board_print_rows(&top->rates, stdout);
    putchar('\n');
}

static int
run_batch(struct top *top)
{
    const struct timespec pause = { .tv_sec = (time_t)(top->board.delay / 1000),
                                    .tv_nsec = (long)(top->board.delay % 1000) * 1000000 };

    top_open(top);
    for (unsigned i = 0; top->error == NULL &&
                         (i < top->task->iterations || i == 0 || top->task->iterations == 0);
         i++) {
        nanosleep(&pause, NULL);
        look(top);
        if (top->error == NULL)
            (top->task->json ? top_print_json : top_print_lines)(top);
        if (fflush(stdout) != 0)
            return EXIT_FAILURE;
    }
    return top->error ? outcome_tell(top->task, top->error, NULL) : EXIT_SUCCESS;
}

/* --- the screen --------------------------------------------------------------------------- */

/* Keys that are not characters. */
static const struct {
    int key;
    enum board_action action;
} function_keys[] = {
    { KEY_F(1), BOARD_HELP },
    { KEY_F(10), BOARD_QUIT },
    { KEY_UP, BOARD_UP },
    { KEY_DOWN, BOARD_DOWN },
    { KEY_HOME, BOARD_FIRST },
    { KEY_END, BOARD_LAST },
    { KEY_RIGHT, BOARD_NEXT_COLUMN },
    { KEY_LEFT, BOARD_PREVIOUS_COLUMN },
};

static enum board_action
action_of(int key)
{
    for (size_t i = 0; i < COUNT(function_keys); i++)
        if (function_keys[i].key == key)
            return function_keys[i].action;
    return board_action_of(key);
}

/* Draws the lines from number from on, as far as they fit below the cursor. */
static void
draw_lines(const char *text, size_t from, bool last_is_title)
{
    struct span rest = span_of(text);
    int row = getcury(stdscr);

    for (size_t i = 0; rest.length > 0; i++) {
        const struct span line = span_cut(&rest, '\n');

        if (i < from || row >= LINES)
            continue;
        if (last_is_title && rest.length == 0)
            attron(A_REVERSE);
        mvaddnstr(row++, 0, line.at, line.length < (size_t)COLS ? (int)line.length : COLS);
        attroff(A_REVERSE);
        move(row < LINES ? row : LINES - 1, 0);
    }
}

static char *
top_text(const struct top *top, bool head)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        return NULL;
    if (head)
        board_print_head(&top->board, top->reply, &top->rates, out);
    else if (top->board.help)
        board_print_help(out);
    else
        board_print_rows(&top->rates, out);
    fclose(out);
    return text;
}

static void
top_draw(const struct top *top)
{
    char *head = top->reply ? top_text(top, true) : NULL;
    char *rows = top->reply ? top_text(top, false) : NULL;

    erase();
    move(0, 0);
    if (top->error)
        draw_lines(top->error, 0, false);
    if (top->error)
        move(1, 0);
    if (head)
        draw_lines(head, 0, true);
    if (rows)
        draw_lines(rows, top->board.help ? 0 : top->board.scroll, false);
    free(head);
    free(rows);
    refresh();
}

/* Handles keys until the next update is due or a key requests it. A change of the window size
 * is a key, too. */
static void
take_keys(struct top *top, uint64_t until)
{
    for (uint64_t now = clock_now(); now < until && !top->board.quit; now = clock_now()) {
        enum board_action action;
        int key;

        timeout((int)(until - now));
        if ((key = getch()) == ERR)
            return;
        action = action_of(key);
        if (action == BOARD_REPAINT)
            clearok(stdscr, TRUE);
        board_act(&top->board, action, top->rates.count);
        board_sort(&top->board, &top->rates);
        top_draw(top);
        if (action == BOARD_REFRESH)
            return;
    }
}

static void
run_screen(struct top *top)
{
    cbreak();
    noecho();
    keypad(stdscr, TRUE);
    curs_set(0);
    top_open(top);
    take_keys(top, clock_now() + 100); /* makes the second update come soon */
    for (unsigned i = 0;
         !top->board.quit && (top->task->iterations == 0 || i < top->task->iterations); i++) {
        look(top);
        top_draw(top);
        take_keys(top, clock_now() + top->board.delay);
    }
}

int
top_run(const struct task *task)
{
    struct top top = { .task = task, .board = BOARD_START };
    SCREEN *screen;
    int status = EXIT_SUCCESS;

    if (task->delay > 0)
        top.board.delay = task->delay;
    if (task->batch || task->json) {
        status = run_batch(&top);
    } else if (!isatty(STDOUT_FILENO)) {
        status =
            outcome_tell(task, "standard output is not a terminal; --batch prints lines", NULL);
    } else if ((screen = newterm(NULL, stdout, stdin)) == NULL) {
        status =
            outcome_tell(task, "the terminal is unknown (TERM); --batch prints lines", NULL);
    } else {
        run_screen(&top);
        endwin();
        delscreen(screen);
    }
    top_close(&top);
    return status;
}
