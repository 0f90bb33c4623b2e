/* SPDX-License-Identifier: BSD-2-Clause */
/* board: what top shows: the order of its rows, and how keys change it. Pure. */
#ifndef CTL_BOARD_H
#define CTL_BOARD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ctl/rates.h"

/* What a key means. */
enum board_action {
    BOARD_NOTHING,
    BOARD_QUIT,
    BOARD_REFRESH,
    BOARD_REPAINT, /* whatever others have written over it */
    BOARD_HELP,    /* shows the keys, or no longer */
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

/* Begins as BOARD_START. */
struct board {
    unsigned column; /* that rows are sorted by */
    bool reversed;   /* the least first */
    bool help;       /* the keys are shown */
    uint64_t delay;  /* between two looks, ms */
    size_t scroll;   /* the first row that is shown */
    bool quit;
};

#define BOARD_START                                                                            \
    {                                                                                          \
        .reversed = true, .delay = 2000                                                        \
    }

/* For keys as in top(1) and htop(1). Others are BOARD_NOTHING. */
enum board_action board_action_of(int letter) __attribute__((const));

/* rows: how many there are. */
void board_act(struct board *board, enum board_action action, size_t rows);

/* What rows are sorted by: "worker", "connections", ... */
const char *board_column_name(const struct board *board);

void board_sort(const struct board *board, struct rates *rates);

/* The lines above the rows, the last of them the titles; and the rows. */
void board_print_head(const struct board *board, const char *reply, const struct rates *rates,
                      FILE *out);
void board_print_rows(const struct rates *rates, FILE *out);
void board_print_help(FILE *out);

#endif
