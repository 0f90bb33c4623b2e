/* SPDX-License-Identifier: BSD-2-Clause */
/* task: what the command line of tiffctl(8) asks for. */
#ifndef CTL_TASK_H
#define CTL_TASK_H

#include <stdbool.h>
#include <stdint.h>

struct task {
    const char *file;     /* the configuration of the daemon; NULL: the default one */
    const char *socket;   /* the control socket; NULL: as the other two say */
    const char *pid_file; /* NULL: as the configuration says */
    const char *output;   /* where a page goes; NULL: standard output */
    const char *verb;
    const char *argument; /* NULL: none */
    bool json;
    bool batch;
    unsigned iterations; /* of top; 0: no limit */
    uint64_t delay;      /* of top, ms */
};

#endif
