/* SPDX-License-Identifier: BSD-2-Clause */
/* block: a stack of one frame a reason, so a table never has more than reasons times labels. */
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
