/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz: what every target has: one entry point, which libFuzzer calls in a build with
 * --enable-fuzzing and replay.c in all others.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Runs one input; whatever is wrong ends the process. Always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In every build: a target that can't fail finds nothing. */
#define FUZZ_CHECK(condition)                                                                  \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);            \
            abort();                                                                           \
        }                                                                                      \
    } while (0)

/* An input that is taken apart from the front; zeros follow its end. */
struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

/* The next octet. */
unsigned fuzz_octet(struct fuzz_input *input);

/* The next size octets as a number, least significant first; size is at most 8. */
uint64_t fuzz_number(struct fuzz_input *input, size_t size);

/* A copy of exactly so many octets, so that a sanitizer sees every read behind them; free(3)
 * it. Never NULL. */
char *fuzz_copy(const void *bytes, size_t length);

/* The same with a NUL behind them, and without those inside. */
char *fuzz_text(const void *bytes, size_t length);

#endif
