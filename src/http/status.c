/* SPDX-License-Identifier: BSD-2-Clause */
/* status: the table behind status_text(). */
#include "http/status.h"

#include <assert.h>

#include "base/count.h"

#define STATUS(code, reason)                                                                   \
    {                                                                                          \
        (code),                                                                                \
        {                                                                                      \
#code " " reason, sizeof(#code " " reason) - 1                                     \
        }                                                                                      \
    }

static const struct {
    unsigned code;
    struct span text;
} statuses[] = {
    STATUS(200, "OK"),
    STATUS(206, "Partial Content"),
    STATUS(301, "Moved Permanently"),
    STATUS(304, "Not Modified"),
    STATUS(204, "No Content"),
    STATUS(400, "Bad Request"),
    STATUS(403, "Forbidden"),
    STATUS(404, "Not Found"),
    STATUS(405, "Method Not Allowed"),
    STATUS(408, "Request Timeout"),
    STATUS(411, "Length Required"),
    STATUS(412, "Precondition Failed"),
    STATUS(413, "Content Too Large"),
    STATUS(414, "URI Too Long"),
    STATUS(416, "Range Not Satisfiable"),
    STATUS(417, "Expectation Failed"),
    STATUS(421, "Misdirected Request"),
    STATUS(429, "Too Many Requests"),
    STATUS(431, "Request Header Fields Too Large"),
    STATUS(500, "Internal Server Error"),
    STATUS(501, "Not Implemented"),
    STATUS(503, "Service Unavailable"),
    STATUS(505, "HTTP Version Not Supported"),
};

struct span
status_text(unsigned status)
{
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (statuses[i].code == status)
            return statuses[i].text;
    assert(false && "a status without a text");
    return SPAN("500 Internal Server Error");
}
