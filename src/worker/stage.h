/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stage: where heads and small bodies wait for the next sendmsg(2), so that pipelined
 * responses share a system call and a head shares a segment with its body. A worker has one;
 * what a blocked connection could not send moves into an outbox of its own.
 */
#ifndef WORKER_STAGE_H
#define WORKER_STAGE_H

#include <stdbool.h>
#include <stddef.h>

#define STAGE_SIZE 65536

struct stage {
    size_t start; /* first byte that has not left */
    size_t end;
    char bytes[STAGE_SIZE];
};

struct outbox {
    size_t length;
    char bytes[];
};

static inline size_t
stage_length(const struct stage *stage)
{
    return stage->end - stage->start;
}

static inline size_t
stage_space(const struct stage *stage)
{
    return STAGE_SIZE - stage->end;
}

static inline void
stage_clear(struct stage *stage)
{
    stage->start = stage->end = 0;
}

/* Takes up to length bytes off the front; returns how many there were. */
size_t stage_consume(struct stage *stage, size_t length);

/* Appends bytes that fit. */
void stage_append(struct stage *stage, const char *bytes, size_t length);

/* Moves everything into a new outbox (NULL while nothing is staged). False without memory. */
bool stage_save(struct stage *stage, struct outbox **outbox)
    __attribute__((warn_unused_result));

/* The way back, into an empty stage; the outbox is freed. */
void stage_restore(struct stage *stage, struct outbox **outbox);

#endif
