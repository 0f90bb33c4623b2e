/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outcome: the result of a step of a connection. Steps do the work of a state (exchange.h,
 * sender.h, progress.h) and return one; the table in connection.c says what follows from it.
 */
#ifndef WORKER_OUTCOME_H
#define WORKER_OUTCOME_H

enum outcome {
    OUTCOME_NOTHING,   /* it waits as before */
    OUTCOME_AGAIN,     /* the same, but there is more to do in its next turn */
    OUTCOME_IDLE,      /* every request is answered, and nothing of another one is here */
    OUTCOME_HEAD,      /* every request is answered, and a part of a head is here */
    OUTCOME_NEXT_HEAD, /* the same, behind a head that was answered now */
    OUTCOME_BLOCKED,   /* the socket is full: an event tells when it is not */
    OUTCOME_YIELDED,   /* its turn is over; the socket would take more */
    OUTCOME_QUEUED,    /* others send first: it has a turn when it may, see admission.h */
    OUTCOME_READING,   /* a thread reads the next piece */
    OUTCOME_READY,     /* what it waited for is here */
    OUTCOME_FINISHED,  /* the last response has left */
    OUTCOME_CLOSED, /* the client has gone or must go, or another worker has the connection */
    OUTCOME_BROKEN, /* a response is cut short: the client must see a reset */
    OUTCOMES,
    OUTCOME_SENT =
        OUTCOMES /* sender.h to exchange.c: all has left; it finds out what is next */
};

#endif
