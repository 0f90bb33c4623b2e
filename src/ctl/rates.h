/* SPDX-License-Identifier: BSD-2-Clause */
/* rates: the workers of a daemon, and what they do a second, from two replies to "status" (see
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
    double user;   /* CPUs in use */
    double system; /* the same, by the kernel for it */
    bool has_pss;
    uint64_t pss; /* bytes */
};

struct rates {
    struct rates_row *rows; /* as in the reply */
    size_t count;
};

/* The memory of a process: PSS in bytes; false: unknown. */
typedef bool rates_pss(pid_t pid, uint64_t *bytes);

/* A worker of the second reply that is not in the first one has no rates yet. Free with
 * rates_free(). */
void rates_compare(struct rates *rates, const char *first, const char *second, rates_pss *pss);
void rates_free(struct rates *rates);

/* The sums. */
struct rates_row rates_total(const struct rates *rates);

/* CPU seconds per gigabyte sent; negative: too little is sent to tell. */
double rates_cost(const struct rates_row *row);

/* Does the line begin with this name? */
bool rates_is(struct span line, const char *name);

/* The line that begins with this name; empty: there is none. */
struct span rates_line(const char *text, const char *name);

#endif
