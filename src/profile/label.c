/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * label: a thread's own variables, read by the signal handler that interrupts the same thread.
 * In a program (as opposed to a library loaded later) their addresses are fixed when the thread
 * is made, so a handler may touch them.
 */
#include "profile/label.h"

static _Thread_local volatile uint32_t current;
static _Thread_local volatile struct label_request current_request;

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

void
label_set_request(struct label_request request)
{
    current_request = request;
}

struct label_request
label_request(void)
{
    return current_request;
}
