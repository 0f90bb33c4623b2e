/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fold: a part neither begins nor ends with white space, which inih would remove, and no part
 * but the first begins with a character that would make it a comment. Pure.
 */
#include "config/fold.h"

static bool
fold_between(char before, char after)
{
    return strchr(" \t", before) == NULL && strchr(" \t;#", after) == NULL;
}

size_t
fold_next(struct span text)
{
    if (text.length <= FOLD_PART_MAX)
        return text.length;
    for (size_t length = FOLD_PART_MAX; length > 0; length--)
        if (fold_between(text.at[length - 1], text.at[length]))
            return length;
    return 0;
}

bool
fold_fits(struct span text)
{
    while (text.length > 0) {
        size_t length = fold_next(text);

        if (length == 0)
            return false;
        text.at += length;
        text.length -= length;
    }
    return true;
}
