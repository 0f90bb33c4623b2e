/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_access_line: a line of the access log, from a request to the buffer, in each format;
 * and the identifier of a request. Exports its table. Asserts when a format can't be read.
 */
#include <assert.h>
#include <sys/socket.h>

#include "bench.h"
#include "http/request_id.h"
#include "worker/access_line.h"

#define FIELDS                                                                                 \
    "Host: www.example.org\r\n"                                                                \
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\n"                       \
    "Accept: */*\r\n"                                                                          \
    "Referer: https://www.example.org/page\r\n\r\n"

static void
write_lines(struct bench *bench, const char *name)
{
    static const struct address client = { .bytes = { 192, 0, 2, 10 }, .family = AF_INET };
    const struct access_request request = { .line = SPAN("GET /tiles/12/34/56.png HTTP/1.1"),
                                            .fields = SPAN(FIELDS),
                                            .client = &client,
                                            .peer = &client,
                                            .status = 200,
                                            .asset = SPAN("/tiles/"),
                                            .variant = SPAN("cached"),
                                            .connection = 123,
                                            .number = 45,
                                            .id = SPAN("4bf92f3577b34da6a3ce929d0e0e4736") };
    struct access_format format;
    struct access_time time;
    const struct access_response response = { .time = &time, .sent = 300, .body = 100 };
    struct span found;
    char begun[ACCESS_LINE_MAX];
    char line[ACCESS_LINE_MAX];
    const char *reason = access_format_read(&format, name, ACCESS_ESCAPE_DEFAULT, &found);

    assert(reason == NULL);
    (void)reason;
    access_line_time(&time, 0);
    for (uint64_t i = 0; i < bench->n; i++) {
        const size_t length = access_line_begin(&format, &request, begun);

        bench_keep(access_line_end(&format, (struct span){ begun, length }, &response, line));
    }
}

static void
run_combined(struct bench *bench)
{
    write_lines(bench, "combined");
}

static void
run_extended(struct bench *bench)
{
    write_lines(bench, "extended");
}

static void
run_json(struct bench *bench)
{
    write_lines(bench, "json");
}

static void
run_id(struct bench *bench)
{
    struct request_id_source source;
    struct request_id id;

    request_id_seed(&source);
    for (uint64_t i = 0; i < bench->n; i++) {
        request_id_find(&id, NULL, &source);
        bench_keep((uint64_t)id.text[0]);
    }
}

const struct benchmark bench_access_line[] = {
    { "AccessLineCombined", run_combined },
    { "AccessLineExtended", run_extended },
    { "AccessLineJson", run_json },
    { "RequestId", run_id },
    { NULL, NULL },
};
