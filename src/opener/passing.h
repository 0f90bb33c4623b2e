/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * passing: what a worker and an opener say to each other, over a pair of Unix sockets
 * (SOCK_SEQPACKET): the number of an object in the catalogue, and back its open file
 * (SCM_RIGHTS, see unix(7)). So a worker can name no other file.
 */
#ifndef OPENER_PASSING_H
#define OPENER_PASSING_H

#include <stdint.h>

#define PASSING_BEGUN UINT32_MAX /* instead of a number: the opener has just started */

/* The ends of a pair, neither of which blocks. */
struct passing {
    int worker;
    int opener;
};

struct passing_reply {
    uint32_t number; /* of the object */
    int32_t error;   /* a negative errno; 0: its file comes with the reply */
};

/* 0 or a negative errno. */
int passing_open(struct passing *passing) __attribute__((warn_unused_result));
void passing_close(const struct passing *passing);

/* The worker's side. 0 or a negative errno. */
int passing_ask(int fd, uint32_t number) __attribute__((warn_unused_result));

/* The opener's side: the next request. 1; 0: there is none, or it is invalid. */
int passing_take_request(int fd, uint32_t *number) __attribute__((warn_unused_result));

/* Sends a duplicate of the descriptor (-1: none). 0 or a negative errno. */
int passing_answer(int fd, const struct passing_reply *reply, int descriptor)
    __attribute__((warn_unused_result));

/* The worker's side: the next reply; *descriptor is the caller's to close (-1: none). 1; 0:
 * there is none, or it is invalid. */
int passing_take_reply(int fd, struct passing_reply *reply, int *descriptor)
    __attribute__((warn_unused_result));

#endif
