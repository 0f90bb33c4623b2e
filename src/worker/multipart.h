/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * multipart: the parts of a multipart/byteranges body (RFC 9110 section 14.6) that are still to
 * be sent. A part is a short head and a slice of the object; after the last comes the closing
 * delimiter.
 */
#ifndef WORKER_MULTIPART_H
#define WORKER_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "http/range.h"
#include "worker/worker.h"

struct multipart;

/* Bytes of one with so many ranges. */
size_t multipart_size(size_t count);

/* Copies the ranges. NULL without memory. */
struct multipart *multipart_create(const struct range *ranges, size_t count)
    __attribute__((warn_unused_result));
void multipart_free(struct multipart *multipart);

/* Stages the head of the next part and points the connection's body at its slice. False when
 * there was none left: then the closing delimiter is staged. False without a multipart body,
 * too. */
bool multipart_next(struct worker *worker, struct connection *connection);

#endif
