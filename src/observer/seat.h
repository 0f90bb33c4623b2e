/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seat: limits how many processes serve pages that take time (`[debug] max_clients`).
 * Processes of clients take seats themselves, once they know what they are asked for; the
 * observer takes back those of processes that have ended. In memory that all of them share.
 */
#ifndef OBSERVER_SEAT_H
#define OBSERVER_SEAT_H

#include <stdbool.h>
#include <stdint.h>

struct seats {
    uint32_t *owners; /* 0: free; else who sits there: a number, from 1 */
    unsigned count;
};

/* 0 or a negative errno. */
int seat_create(struct seats *seats, unsigned count) __attribute__((warn_unused_result));
void seat_destroy(struct seats *seats);

/* For the owner itself. False: all are taken. */
bool seat_take(const struct seats *seats, uint32_t owner) __attribute__((warn_unused_result));

/* All that it has; for the owner, and for the observer once that has ended. */
void seat_give(const struct seats *seats, uint32_t owner);

bool seat_has(const struct seats *seats, uint32_t owner);

#endif
