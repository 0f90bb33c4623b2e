/* SPDX-License-Identifier: BSD-2-Clause */
/* seconds: what each second of a run had, for tables of Req/Sec and Bytes/Sec. */
#ifndef BENCH_SECONDS_H
#define BENCH_SECONDS_H

#include <stddef.h>
#include <stdint.h>

struct second {
    uint64_t requests;
    uint64_t bytes;
};

/* Begins zeroed. */
struct seconds {
    struct second *at;
    size_t count;
};

/* Adds to the second that is so many nanoseconds after the begin. Ends the program when there
 * is no memory. */
void seconds_add(struct seconds *seconds, uint64_t since_begin_ns, uint64_t requests,
                 uint64_t bytes);

/* As a JSON array of pairs: [[requests, bytes], ...]. */
void seconds_print(const struct seconds *seconds);

#endif
