/* SPDX-License-Identifier: BSD-2-Clause */
/* respawn: see respawn.h. */
#include "master/respawn.h"

unsigned
respawn_failures(unsigned failures, bool served, uint64_t lived)
{
    return served || lived >= RESPAWN_FAST ? 0 : failures + 1;
}

bool
respawn_is_crash_loop(unsigned failures)
{
    return failures >= RESPAWN_GIVE_UP;
}

uint64_t
respawn_delay(unsigned failures)
{
    uint64_t delay = 1000;

    if (failures == 0)
        return 0;
    while (--failures > 0 && delay < RESPAWN_DELAY_MAX)
        delay *= 2;
    return delay < RESPAWN_DELAY_MAX ? delay : RESPAWN_DELAY_MAX;
}
