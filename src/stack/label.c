/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * label: thread-local variables, read by signal handlers of the same thread. In a program (as
 * opposed to a library loaded later) they are allocated when the thread is created, so a
 * handler may access them.
 */
#include "stack/label.h"

#include <inttypes.h>
#include <stdio.h>

static _Thread_local volatile uint32_t current;
static _Thread_local volatile struct label_request current_request;
static _Thread_local const char *volatile current_id;

void
label_set(uint32_t label)
{
    current = label;
}

uint32_t
label_get(void)
{
    return current;
}

void
label_set_request(struct label_request request)
{
    current_request = request;
}

struct label_request
label_request(void)
{
    return current_request;
}

void
label_set_id(const char *id)
{
    current_id = id;
}

const char *
label_id(void)
{
    return current_id;
}

void
label_describe_request(struct label_request request, char text[static LABEL_REQUEST_SIZE])
{
    int length = 0;

    text[0] = '\0';
    if (request.connection != 0)
        length =
            snprintf(text, LABEL_REQUEST_SIZE, ", connection %" PRIu32, request.connection);
    if (request.number != 0)
        snprintf(text + length, LABEL_REQUEST_SIZE - (size_t)length, ", request %" PRIu32,
                 request.number);
}
