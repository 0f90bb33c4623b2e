/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench: micro-benchmarks in the shape of Go's testing package, printed in its format so that
 * its tools read them: "BenchmarkName-1  N  ns/op  [MB/s]  B/op  allocs/op".
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdint.h>

struct bench {
    uint64_t n;     /* how often the function has to do its operation */
    uint64_t bytes; /* set by the function: octets an operation works on; 0: no MB/s */
};

struct benchmark {
    const char *name; /* without "Benchmark"; NULL ends a table */
    void (*run)(struct bench *bench);
};

/* Starts the clock and the count of allocations anew, after a set-up. */
void bench_reset(void);

/* Makes the compiler believe that the value is needed. */
static inline void
bench_keep(uint64_t value)
{
    __asm__ volatile("" : : "r"(value) : "memory");
}

/* One table for each file bench_*.c. */
extern const struct benchmark bench_access_line[];
extern const struct benchmark bench_base64[];
extern const struct benchmark bench_catalogue[];
extern const struct benchmark bench_filter[];
extern const struct benchmark bench_histogram[];
extern const struct benchmark bench_range[];
extern const struct benchmark bench_request[];
extern const struct benchmark bench_response_head[];
extern const struct benchmark bench_sampler[];
extern const struct benchmark bench_trace[];

#endif
