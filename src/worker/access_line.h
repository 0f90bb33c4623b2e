/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_line: writes a line of the access log, in two steps: what is known when a response
 * begins, and the rest when it has ended. No byte of a request leaves unescaped. Pure.
 */
#ifndef WORKER_ACCESS_LINE_H
#define WORKER_ACCESS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/address.h"
#include "base/span.h"
#include "config/access_format.h"
#include "http/range.h"

/* Why a response has ended. */
enum termination {
    TERMINATION_CLIENT, /* its client has gone; a connection's own, unless something else is */
    TERMINATION_COMPLETE, /* all of it was handed to the kernel */
    TERMINATION_TIMEOUT,  /* its client took nothing, server.send_timeout */
    TERMINATION_DRAIN,    /* the worker ended, or its client was too slow to wait for */
    TERMINATION_OBJECT,   /* its file changed, or could not be read */
    TERMINATION_MEMORY,
    TERMINATIONS
};

/* What is known when a response begins. */
struct access_request {
    struct span line;   /* the request line as it came; empty: none has */
    struct span fields; /* the field lines, with their ends */
    size_t length;      /* bytes of the head */
    const struct address *client;
    const struct address *peer; /* who is connected; a proxy, or the client */
    unsigned status;
    const struct range *ranges; /* that are sent */
    size_t range_count;
    struct span asset; /* empty: none */
    struct span variant;
    unsigned generation;
    unsigned worker;
    pid_t pid;
    uint32_t connection; /* numbers as traces have them */
    uint32_t number;     /* of the request on its connection */
    struct span id;      /* of the request; empty: it has none */
    struct span trace_id;
};

/* The time, in the forms that a line may have it. */
struct access_time {
    char local[27];   /* "26/Nov/2026:00:30:01 +0000" */
    char iso8601[26]; /* "2026-11-26T00:30:01+00:00" */
    uint64_t wall_ms; /* since the epoch */
};

/* What is known when it has ended. Times are ns. */
struct access_response {
    const struct access_time *time;
    uint64_t sent;       /* bytes handed to the kernel */
    uint64_t body;       /* of them: of the content */
    uint64_t duration;   /* from the whole head to the end */
    uint64_t first_byte; /* to the first byte handed to the kernel, if one was */
    enum termination termination;
};

/* Writes the line as far as it is known, with a NUL for each value that is not. Returns the
 * length, below ACCESS_LINE_MAX. */
size_t access_line_begin(const struct access_format *format,
                         const struct access_request *request,
                         char line[static ACCESS_LINE_MAX]);

/* Completes it. Returns the length with the newline, at most ACCESS_LINE_MAX. */
size_t access_line_end(const struct access_format *format, struct span begun,
                       const struct access_response *response,
                       char line[static ACCESS_LINE_MAX]);

/* Formats a time of clock_wall(), in the time zone of the system. */
void access_line_time(struct access_time *time, uint64_t wall_ns);

#endif
