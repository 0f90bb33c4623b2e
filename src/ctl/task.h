/* SPDX-License-Identifier: BSD-2-Clause */
/* task: the parsed command line of tiffctl(8). */
#ifndef CTL_TASK_H
#define CTL_TASK_H

#include <stdbool.h>
#include <stdint.h>

struct task {
    const char *file;     /* configuration of the daemon; NULL: the default */
    const char *socket;   /* control socket; NULL: found by pid_file or file */
    const char *pid_file; /* NULL: taken from the configuration */
    const char *output;   /* file for the page; NULL: standard output */
    const char *verb;
    const char *argument; /* NULL: none */
    bool json;
    bool batch;
    unsigned iterations; /* of top; 0: no limit */
    uint64_t delay;      /* of top, ms */
};

#endif
