/* SPDX-License-Identifier: BSD-2-Clause */
/* rows: an array with a free list. Each number that a reader sees is whole, but a row that is
 * being written can be half new. */
#include "shared/rows.h"

#define STATE_NAME(name, text) [ROW_##name] = (text),

static const char *const state_names[ROW_STATES] = { ROWS_STATES(STATE_NAME) };

const char *
rows_state_name(enum row_state state)
{
    return state < ROW_STATES ? state_names[state] : "unknown";
}

size_t
rows_size(unsigned count)
{
    return sizeof(struct rows) + count * sizeof(struct row);
}

void
rows_start(struct rows *rows, unsigned count)
{
    for (uint32_t i = 0; i < rows->taken && i < count; i++)
        rows->rows[i].connection = 0;
    rows->count = count;
    rows->free = 0;
    rows->taken = 0;
}

struct row *
rows_take(struct rows *rows)
{
    struct row *row;

    if (rows->free != 0) {
        row = &rows->rows[rows->free - 1];
        rows->free = row->next;
    } else if (rows->taken < rows->count) {
        row = &rows->rows[rows->taken++];
    } else {
        return NULL;
    }
    *row = (struct row){ 0 };
    return row;
}

void
rows_give(struct rows *rows, struct row *row)
{
    if (row == NULL)
        return;
    row->connection = 0;
    row->next = rows->free;
    rows->free = (uint32_t)(row - rows->rows) + 1;
}

int
rows_next(const struct rows *rows, unsigned capacity, size_t *place, struct row *copy)
{
    uint32_t taken = __atomic_load_n(&rows->taken, __ATOMIC_ACQUIRE);

    while (*place < taken && *place < capacity) {
        *copy = rows->rows[(*place)++];
        if (copy->connection != 0)
            return 1;
    }
    return 0;
}
