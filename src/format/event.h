/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event: entries of a file in the Trace Event Format. A lane is a thread of the process. The
 * functions take ownership of json_t arguments; NULL means out of memory.
 */
#ifndef FORMAT_EVENT_H
#define FORMAT_EVENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* ns of CLOCK_MONOTONIC. Times outside are moved to its ends. */
struct event_window {
    uint64_t from; /* this is 0 in the file */
    uint64_t until;
};

struct event_stream {
    FILE *out; /* errors are left to ferror(3) */
    struct event_window window;
    pid_t pid;   /* of the following entries */
    bool any;    /* an entry has been written */
    bool failed; /* an entry was dropped: out of memory */
};

/* "process_name" or "thread_name". */
void event_name(struct event_stream *stream, const char *of, uint32_t lane, json_t *name);

/* A span; one without duration becomes an instant. Spans in one lane must nest, in any
 * order. */
void event_span(struct event_stream *stream, uint32_t lane, json_t *name, uint64_t began,
                uint64_t ended, json_t *arguments);

/* Something that happened. */
void event_instant(struct event_stream *stream, uint32_t lane, const char *name, uint64_t ns,
                   json_t *arguments);

#endif
