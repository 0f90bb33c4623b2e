/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_request: the way of a request head from its octets to the request: the strict pass and
 * the parse. Exports its table. Asserts when a head is refused.
 */
#include <assert.h>
#include <string.h>

#include "bench.h"
#include "http/head.h"
#include "http/request.h"

static const struct head_limits limits = { .size = 16384, .target = 8192, .fields = 100 };

static const char short_head[] = "GET /tiff HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";

static const char browser_head[] =
    "GET /maps/../tiff?version=3 HTTP/1.1\r\n"
    "Host: maps.example.org\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0\r\n"
    "Accept: image/avif,image/webp,*/*\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Referer: https://maps.example.org/\r\n"
    "Connection: keep-alive\r\n"
    "Range: bytes=1048576-2097151\r\n"
    "If-Range: \"0123456789abcdef0123456789abcdef\"\r\n"
    "\r\n";

static void
read_heads(struct bench *bench, const char *text)
{
    size_t length = strlen(text);
    char scratch[256];

    bench->bytes = length;
    for (uint64_t i = 0; i < bench->n; i++) {
        struct head head = { 0 };
        struct request request;
        enum refusal refusal = head_read(&head, text, length, &limits);

        if (refusal == REFUSAL_NONE)
            refusal = request_parse(&request, &head, text, scratch);
        assert(refusal == REFUSAL_NONE && head.length == length);
        bench_keep(request.path.length);
    }
}

static void
run_short(struct bench *bench)
{
    read_heads(bench, short_head);
}

static void
run_browser(struct bench *bench)
{
    read_heads(bench, browser_head);
}

const struct benchmark bench_request[] = {
    { "RequestHeadShort", run_short },
    { "RequestHeadBrowser", run_browser },
    { NULL, NULL },
};
