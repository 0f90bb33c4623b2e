/* SPDX-License-Identifier: BSD-2-Clause */
/* block: one frame per reason, so that a table has at most one record per reason and label. */
#include "profile/block.h"

void
block_start(struct stacks *stacks)
{
    stacks_adopt(stacks);
}

void
block_add(struct stacks *stacks, uint32_t label, enum marker reason, uint64_t ns)
{
    const uintptr_t pcs[1] = { marker_pc(reason) };
    const uint64_t values[STACKS_VALUES] = { [BLOCK_TIMES] = 1, [BLOCK_NS] = ns };

    stacks_add(stacks, label, pcs, 1, values);
}
