/* SPDX-License-Identifier: BSD-2-Clause */
/* marker: the bodies differ in an operand only; noipa keeps the compiler from merging them. */
#include "profile/marker.h"

#define MARKER_FUNCTION(name, number)                                                          \
    static __attribute__((noipa, used, aligned(16))) void name(void)                           \
    {                                                                                          \
        __asm__ volatile("nop\n\tnop\n\tnop\n\tnop" ::"i"(number));                            \
    }

MARKER_FUNCTION(not_sampled, 1)
MARKER_FUNCTION(not_kept, 2)
MARKER_FUNCTION(guard_record, 3)
MARKER_FUNCTION(wait_for_client, 4)
MARKER_FUNCTION(wait_for_disk, 5)
MARKER_FUNCTION(wait_for_accept, 6)
MARKER_FUNCTION(wait_for_turn, 7)
MARKER_FUNCTION(master_process, 8)
MARKER_FUNCTION(worker_process, 9)
MARKER_FUNCTION(observer_process, 10)
MARKER_FUNCTION(connection_idle, 11)
MARKER_FUNCTION(connection_draining, 12)
MARKER_FUNCTION(connection_in_head, 13)
MARKER_FUNCTION(connection_sending, 14)
MARKER_FUNCTION(connection_reading, 15)
MARKER_FUNCTION(connection_lingering, 16)
MARKER_FUNCTION(wait_for_events, 17)
MARKER_FUNCTION(wait_for_cpu, 18)
MARKER_FUNCTION(wait_in_kernel, 19)
MARKER_FUNCTION(process_stopped, 20)

static void (*const functions[MARKERS])(void) = {
    [MARKER_NOT_SAMPLED] = not_sampled,     [MARKER_NOT_KEPT] = not_kept,
    [MARKER_GUARD] = guard_record,          [MARKER_WAIT_CLIENT] = wait_for_client,
    [MARKER_WAIT_DISK] = wait_for_disk,     [MARKER_WAIT_ACCEPT] = wait_for_accept,
    [MARKER_WAIT_TURN] = wait_for_turn,     [MARKER_MASTER] = master_process,
    [MARKER_WORKER] = worker_process,       [MARKER_OBSERVER] = observer_process,
    [MARKER_IDLE] = connection_idle,        [MARKER_DRAINING] = connection_draining,
    [MARKER_HEAD] = connection_in_head,     [MARKER_SEND] = connection_sending,
    [MARKER_READ] = connection_reading,     [MARKER_LINGER] = connection_lingering,
    [MARKER_WAIT_EVENTS] = wait_for_events, [MARKER_WAIT_CPU] = wait_for_cpu,
    [MARKER_WAIT_KERNEL] = wait_in_kernel,  [MARKER_STOPPED] = process_stopped,
};

/* Readers subtract one from return addresses, so the first byte of the function would not
 * do. */
uintptr_t
marker_pc(enum marker marker)
{
    return (uintptr_t)functions[marker] + 2;
}

enum marker
marker_of_state(enum row_state state)
{
    static const enum marker markers[ROW_STATES] = {
        [ROW_IDLE] = MARKER_IDLE, [ROW_DRAINING] = MARKER_DRAINING,
        [ROW_HEAD] = MARKER_HEAD, [ROW_SEND] = MARKER_SEND,
        [ROW_READ] = MARKER_READ, [ROW_LINGER] = MARKER_LINGER,
    };

    return state < ROW_STATES ? markers[state] : MARKER_NOT_KEPT;
}
