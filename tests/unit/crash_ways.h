/* SPDX-License-Identifier: BSD-2-Clause */
/* crash_ways: functions that crash the process they run in, each in its way. */
#ifndef UNIT_CRASH_WAYS_H
#define UNIT_CRASH_WAYS_H

#include <stddef.h>

/* So that an overflow is not deeper than what is looked at, see unwind.h. */
#define CRASH_WAYS_STACK (1 << 20)

struct crash_way {
    const char *name;
    void (*crash)(void);
    int signal;
    const char *says;   /* of crash_report_describe() */
    const char *frames; /* names that the stack holds, in this order */
};

extern const struct crash_way crash_ways[];
extern const size_t crash_way_count;

/* Those that a test needs by name. The last one waits for a signal, after it has sent SIGUSR2
 * to its parent. */
void crash_by_write(void);
void crash_by_smashed_return(void);
void crash_in_thread(void);
void crash_by_kill(void);

#endif
