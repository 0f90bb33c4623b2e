/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_response_head: response heads: a whole object, one range, and a 304. Exports its table.
 * Asserts when a head comes out empty.
 */
#include <assert.h>

#include "bench.h"
#include "http/response_head.h"

#define ETAG  "\"0123456789abcdef0123456789abcdef\""
#define TYPE  "text/plain"
#define LINES "Accept-Ranges: bytes\r\n"

static const struct representation representation = {
    .length = 3146488,
    .last_modified = 1700000000,
    .etag = { ETAG, sizeof(ETAG) - 1 },
    .content_type = { TYPE, sizeof(TYPE) - 1 },
    .fields = { LINES, sizeof(LINES) - 1 },
};

static void
write_heads(struct bench *bench, const struct response *response)
{
    static const char date[DATE_SIZE] = "Sat, 31 Jan 2026 12:00:00 GMT";
    char out[RESPONSE_HEAD_MAX + 1024];

    assert(response_head_max(&representation) <= sizeof(out));
    for (uint64_t i = 0; i < bench->n; i++) {
        size_t length = response_head(out, sizeof(out), response, &representation, date);

        assert(length > 0);
        bench_keep((uint64_t)out[length - 1]);
    }
}

static void
run_whole(struct bench *bench)
{
    static const struct response response = { .status = 200, .minor = 1, .body = true };

    write_heads(bench, &response);
}

static void
run_range(struct bench *bench)
{
    static const struct response response = {
        .status = 206,
        .minor = 1,
        .body = true,
        .range_count = 1,
        .ranges = { { 1048576, 2097151 } },
    };

    write_heads(bench, &response);
}

static void
run_not_modified(struct bench *bench)
{
    static const struct response response = { .status = 304, .minor = 1 };

    write_heads(bench, &response);
}

const struct benchmark bench_response_head[] = {
    { "ResponseHeadWhole", run_whole },
    { "ResponseHeadRange", run_range },
    { "ResponseHeadNotModified", run_not_modified },
    { NULL, NULL },
};
