/* SPDX-License-Identifier: BSD-2-Clause */
/* board: columns and keys are tables. */
#include "ctl/board.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/count.h"
#include "ctl/fields.h"
#include "ctl/overview.h"

#define DELAY_LEAST 100   /* ms */
#define DELAY_MOST  60000 /* ms */

/* --- columns ------------------------------------------------------------------------------ */

static double
by_worker(const struct rates_row *row)
{
    return (double)row->generation * 1024 + (double)row->worker;
}

static double
by_pid(const struct rates_row *row)
{
    return (double)row->pid;
}

static double
by_connections(const struct rates_row *row)
{
    return (double)row->connections;
}

static double
by_requests(const struct rates_row *row)
{
    return row->requests_s;
}

static double
by_bytes(const struct rates_row *row)
{
    return row->bytes_s;
}

static double
by_cpu(const struct rates_row *row)
{
    return row->user + row->system;
}

static double
by_memory(const struct rates_row *row)
{
    return (double)row->pss;
}

static double
by_cost(const struct rates_row *row)
{
    return rates_cost(row);
}

static double
by_restarts(const struct rates_row *row)
{
    return (double)row->restarts;
}

static const struct board_column {
    const char *name;
    double (*value)(const struct rates_row *row);
} columns[] = {
    { "worker", by_worker },     { "pid", by_pid },     { "connections", by_connections },
    { "requests", by_requests }, { "bytes", by_bytes }, { "CPU", by_cpu },
    { "memory", by_memory },     { "s/GB", by_cost },   { "restarts", by_restarts },
};

enum { COLUMN_PID = 1, COLUMN_REQUESTS = 3, COLUMN_CPU = 5, COLUMN_MEMORY = 6 };

const char *
board_column_name(const struct board *board)
{
    return columns[board->column].name;
}

static int
compare_rows(const void *a, const void *b, void *argument)
{
    const struct board *board = argument;
    const double left = columns[board->column].value(a);
    const double right = columns[board->column].value(b);
    const int order = (left < right) - (left > right);

    return board->reversed ? -order : order;
}

void
board_sort(const struct board *board, struct rates *rates)
{
    if (rates->count > 1)
        qsort_r(rates->rows, rates->count, sizeof(*rates->rows), compare_rows,
                (void *)(uintptr_t)board);
}

/* --- keys --------------------------------------------------------------------------------- */

static const struct {
    int letter;
    enum board_action action;
    const char *help; /* NULL: in the row of another key */
} keys[] = {
    { 'q', BOARD_QUIT, "q, F10         end" },
    { ' ', BOARD_REFRESH, "space          update now" },
    { 'L' - '@', BOARD_REPAINT, "control-L      redraw the screen" },
    { 'h', BOARD_HELP, "h, ?, F1       this list" },
    { '?', BOARD_HELP, NULL },
    { '+', BOARD_SLOWER, "+, -           lengthen or shorten the interval" },
    { '-', BOARD_FASTER, NULL },
    { '>', BOARD_NEXT_COLUMN, "<, >           sort by the previous or next column" },
    { '<', BOARD_PREVIOUS_COLUMN, NULL },
    { 'P', BOARD_BY_CPU, "P, M, N, T     sort by CPU, memory, process, requests" },
    { 'M', BOARD_BY_MEMORY, NULL },
    { 'N', BOARD_BY_PID, NULL },
    { 'T', BOARD_BY_REQUESTS, NULL },
    { 'R', BOARD_REVERSE, "R, I           reverse the order" },
    { 'I', BOARD_REVERSE, NULL },
    { 'k', BOARD_UP, "up, down, k, j, home, end   scroll" },
    { 'j', BOARD_DOWN, NULL },
};

enum board_action
board_action_of(int letter)
{
    for (size_t i = 0; i < COUNT(keys); i++)
        if (keys[i].letter == letter)
            return keys[i].action;
    return BOARD_NOTHING;
}

static void
sort_by(struct board *board, size_t column)
{
    board->column = (unsigned)((column + COUNT(columns)) % COUNT(columns));
    board->reversed = board->column <= COLUMN_PID;
}

static void
change_delay(struct board *board, uint64_t delay)
{
    board->delay = delay < DELAY_LEAST ? DELAY_LEAST : delay > DELAY_MOST ? DELAY_MOST : delay;
}

static void
scroll_to(struct board *board, size_t row, size_t rows)
{
    board->scroll = row < rows ? row : rows > 0 ? rows - 1 : 0;
}

/* Handles actions that choose a column or a row. False: another action. */
static bool
choose_column(struct board *board, enum board_action action)
{
    const size_t chosen = action == BOARD_NEXT_COLUMN       ? board->column + 1
                          : action == BOARD_PREVIOUS_COLUMN ? board->column + COUNT(columns) - 1
                          : action == BOARD_BY_CPU          ? COLUMN_CPU
                          : action == BOARD_BY_MEMORY       ? COLUMN_MEMORY
                          : action == BOARD_BY_PID          ? COLUMN_PID
                          : action == BOARD_BY_REQUESTS     ? COLUMN_REQUESTS
                                                            : SIZE_MAX;

    if (chosen == SIZE_MAX)
        return false;
    sort_by(board, chosen);
    return true;
}

static bool
choose_row(struct board *board, enum board_action action, size_t rows)
{
    const size_t chosen = action == BOARD_UP      ? board->scroll - (board->scroll > 0)
                          : action == BOARD_DOWN  ? board->scroll + 1
                          : action == BOARD_FIRST ? 0
                          : action == BOARD_LAST  ? rows
                                                  : SIZE_MAX;

    if (chosen == SIZE_MAX)
        return false;
    scroll_to(board, chosen, rows);
    return true;
}

void
board_act(struct board *board, enum board_action action, size_t rows)
{
    if (choose_column(board, action) || choose_row(board, action, rows))
        return;
    if (action == BOARD_QUIT)
        board->quit = true;
    else if (action == BOARD_HELP)
        board->help = !board->help;
    else if (action == BOARD_REVERSE)
        board->reversed = !board->reversed;
    else if (action == BOARD_FASTER)
        change_delay(board, board->delay / 2);
    else if (action == BOARD_SLOWER)
        change_delay(board, board->delay * 2);
}

/* --- printing ----------------------------------------------------------------------------- */

static void
print_generations(const char *reply, FILE *out)
{
    struct span rest = span_of(reply);
    struct span line;
    const char *between = "";

    while (fields_next_line(&rest, &line)) {
        const struct span state = fields_find(line, "state");

        if (!rates_is(line, "generation"))
            continue;
        fprintf(out, "%sgeneration %" PRIu64 " %.*s", between,
                fields_number(line, "generation"), (int)state.length, state.at);
        between = ", ";
    }
}

void
board_print_head(const struct board *board, const char *reply, const struct rates *rates,
                 FILE *out)
{
    const struct rates_row total = rates_total(rates);

    overview_head(reply, out);
    print_generations(reply, out);
    fprintf(out, "; every %.1f s, by %s\n", (double)board->delay / 1000,
            board_column_name(board));
    overview_row(&total, "all", out);
    fputc('\n', out);
    overview_titles(out);
}

void
board_print_rows(const struct rates *rates, FILE *out)
{
    for (size_t i = 0; i < rates->count; i++)
        overview_row(&rates->rows[i], NULL, out);
}

void
board_print_help(FILE *out)
{
    for (size_t i = 0; i < COUNT(keys); i++)
        if (keys[i].help)
            fprintf(out, "%s\n", keys[i].help);
}
