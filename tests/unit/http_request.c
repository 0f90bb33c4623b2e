/* SPDX-License-Identifier: BSD-2-Clause */
/* http_request: the two steps that a worker takes, in one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_request.h"

#include <stdio.h>

enum refusal
http_request(struct request *request, const char *text)
{
    static const struct head_limits limits = { .size = 8192, .target = 1024, .fields = 100 };
    static char scratch[1024];
    struct head head = { 0 };
    enum refusal refusal = head_read(&head, text, strlen(text), &limits);

    if (refusal != REFUSAL_NONE)
        return refusal;
    assert_int_equal(head.length, strlen(text));
    return request_parse(request, &head, text, scratch);
}

void
http_request_with(struct request *request, const char *method, const char *fields)
{
    static char text[8192];

    snprintf(text, sizeof(text), "%s /tiff HTTP/1.1\r\nHost: a\r\n%s\r\n", method, fields);
    assert_int_equal(http_request(request, text), REFUSAL_NONE);
}
