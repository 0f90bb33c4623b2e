/* SPDX-License-Identifier: BSD-2-Clause */
/* board: the state of "tiffctl top": how rows are sorted, and what keys do. Pure. */
#ifndef CTL_BOARD_H
#define CTL_BOARD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ctl/rates.h"

/* The meanings of keys. */
enum board_action {
    BOARD_NOTHING,
    BOARD_QUIT,
    BOARD_REFRESH,
    BOARD_REPAINT, /* redraws a screen that other programs have written over */
    BOARD_HELP,    /* shows or hides the keys */
    BOARD_FASTER,
    BOARD_SLOWER,
    BOARD_REVERSE,
    BOARD_NEXT_COLUMN,
    BOARD_PREVIOUS_COLUMN,
    BOARD_BY_CPU,
    BOARD_BY_MEMORY,
    BOARD_BY_PID,
    BOARD_BY_REQUESTS,
    BOARD_UP,
    BOARD_DOWN,
    BOARD_FIRST,
    BOARD_LAST
};

/* BOARD_START initialises it. */
struct board {
    unsigned column; /* by which rows are sorted */
    bool reversed;   /* smallest first */
    bool help;       /* the keys are shown */
    uint64_t delay;  /* between updates, ms */
    size_t scroll;   /* index of the first row shown */
    bool quit;
};

#define BOARD_START                                                                            \
    {                                                                                          \
        .reversed = true, .delay = 2000                                                        \
    }

/* The action of a key, as in top(1) and htop(1), or BOARD_NOTHING. */
enum board_action board_action_of(int letter) __attribute__((const));

/* rows: the number of rows. */
void board_act(struct board *board, enum board_action action, size_t rows);

/* The column that rows are sorted by: "worker", "connections", ... */
const char *board_column_name(const struct board *board);

void board_sort(const struct board *board, struct rates *rates);

/* Prints the lines above the rows, the last of which has the titles; and the rows. */
void board_print_head(const struct board *board, const char *reply, const struct rates *rates,
                      FILE *out);
void board_print_rows(const struct rates *rates, FILE *out);
void board_print_help(FILE *out);

#endif
