/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nearest: edit distance with swaps of neighbours (optimal string alignment), for the
 * suggestion in "unknown key". Pure. Known weakness: compares bytes, which is
 * all that ASCII keys need.
 */
#include "config/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Three rows of the distance matrix are enough: swaps look two rows back. */
struct nearest_rows {
    size_t before[NEAREST_LENGTH_MAX + 1];
    size_t above[NEAREST_LENGTH_MAX + 1];
    size_t now[NEAREST_LENGTH_MAX + 1];
};

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool
same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static void
fill_row(struct nearest_rows *rows, const char *a, size_t i, const char *b, size_t length)
{
    rows->now[0] = i;
    for (size_t j = 1; j <= length; j++) {
        size_t cost = same(a[i - 1], b[j - 1]) ? 0 : 1;
        size_t best = least(rows->above[j], rows->now[j - 1]) + 1;

        best = least(best, rows->above[j - 1] + cost);
        if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
            best = least(best, rows->before[j - 2] + 1);
        rows->now[j] = best;
    }
}

size_t
nearest_distance(const char *a, const char *b)
{
    struct nearest_rows rows = { 0 };
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);

    if (a_length > NEAREST_LENGTH_MAX || b_length > NEAREST_LENGTH_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_length; j++)
        rows.above[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        fill_row(&rows, a, i, b, b_length);
        memcpy(rows.before, rows.above, sizeof(rows.before));
        memcpy(rows.above, rows.now, sizeof(rows.above));
    }
    return rows.above[b_length];
}

bool
nearest_plausible(size_t distance, size_t length)
{
    return distance <= 3 && distance * 2 <= length;
}
