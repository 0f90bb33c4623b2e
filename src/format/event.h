/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event: entries of a file in the Trace Event Format. A lane is a thread of the process. What
 * is passed as json_t is taken over; NULL is a lack of memory.
 */
#ifndef FORMAT_EVENT_H
#define FORMAT_EVENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* ns of CLOCK_MONOTONIC. Times outside become its ends. */
struct event_window {
    uint64_t from; /* 0 in the file */
    uint64_t until;
};

struct event_stream {
    FILE *out; /* its errors are left to ferror(3) */
    struct event_window window;
    pid_t pid;   /* of the entries to come */
    bool any;    /* there have been some */
    bool failed; /* one was left out for lack of memory */
};

/* "process_name" or "thread_name". */
void event_name(struct event_stream *stream, const char *of, uint32_t lane, json_t *name);

/* Something that took time; what took none is an instant. In one lane they must nest; their
 * order does not matter. */
void event_span(struct event_stream *stream, uint32_t lane, json_t *name, uint64_t began,
                uint64_t ended, json_t *arguments);

/* Something that happened. */
void event_instant(struct event_stream *stream, uint32_t lane, const char *name, uint64_t ns,
                   json_t *arguments);

#endif
