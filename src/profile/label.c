/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * label: a thread's own variable, read by the signal handler that interrupts the same thread.
 * In a program (as opposed to a library loaded later) its address is fixed when the thread is
 * made, so a handler may touch it.
 */
#include "profile/label.h"

static _Thread_local volatile uint32_t current;

void
label_set(uint32_t label)
{
    current = label;
}

uint32_t
label_get(void)
{
    return current;
}
