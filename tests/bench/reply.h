/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply: one response to one request, read from a socket and thrown away (RFC 9112 sections 6
 * and 7). For a benchmark's client: there is never more than one request on its way.
 */
#ifndef BENCH_REPLY_H
#define BENCH_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPLY_HEAD_SIZE = 4096 };

enum reply_result {
    REPLY_AGAIN,  /* nothing more to read for now, or the allowance is used up */
    REPLY_DONE,   /* complete */
    REPLY_CLOSED, /* the server closed before the first octet of the response */
    REPLY_BROKEN, /* cut short, malformed, or longer than announced */
};

enum chunk_state { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_DATA, CHUNK_DATA_END, CHUNK_TRAILER };

struct reply {
    bool no_content; /* the request was HEAD */
    bool chunked;
    bool has_length;
    bool close;     /* the connection ends after this response */
    int status;     /* 0: the head is not complete */
    uint64_t left;  /* octets of the content, or of the chunk, still to come */
    uint64_t taken; /* octets read so far, head included */
    enum chunk_state chunk;
    bool line_empty; /* of the trailer's current line */
    size_t head_length;
    char head[REPLY_HEAD_SIZE];
};

void reply_begin(struct reply *reply, bool head_request);

/*
 * Reads what has arrived, at most about allowance octets, and adds to taken. The content of a
 * response with a Content-Length is dropped in the kernel (MSG_TRUNC); chunks are copied, since
 * their sizes have to be read.
 */
enum reply_result reply_read(struct reply *reply, int fd, size_t allowance);

#endif
