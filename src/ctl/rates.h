/* SPDX-License-Identifier: BSD-2-Clause */
/* rates: the workers of a daemon and their rates, from two replies to "status" (see
 * master/control_status.h). */
#ifndef CTL_RATES_H
#define CTL_RATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/span.h"

/* A worker. */
struct rates_row {
    uint64_t worker;
    uint64_t generation;
    uint64_t pid; /* 0: none at the moment */
    uint64_t connections;
    uint64_t requests; /* so far */
    uint64_t bytes;    /* so far */
    uint64_t restarts;
    double requests_s;
    double bytes_s;
    double user;   /* CPUs in use, in user mode */
    double system; /* CPUs in use, in the kernel */
    bool has_pss;
    uint64_t pss; /* bytes */
};

struct rates {
    struct rates_row *rows; /* in the order of the reply */
    size_t count;
};

/* Reads the PSS of a process in bytes; false: unknown. */
typedef bool rates_pss(pid_t pid, uint64_t *bytes);

/* Compares two replies. A worker that is only in the second one has no rates yet. rates_free()
 * frees the result. */
void rates_compare(struct rates *rates, const char *first, const char *second, rates_pss *pss);
void rates_free(struct rates *rates);

/* The sums. */
struct rates_row rates_total(const struct rates *rates);

/* CPU seconds per gigabyte sent; negative: too little was sent to tell. */
double rates_cost(const struct rates_row *row);

/* Does the line begin with this name? */
bool rates_is(struct span line, const char *name);

/* The line that begins with this name; empty: there is none. */
struct span rates_line(const char *text, const char *name);

#endif
