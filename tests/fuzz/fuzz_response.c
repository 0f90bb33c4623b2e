/* SPDX-License-Identifier: BSD-2-Clause */
/* Responses: whatever fields a request has, the response is one of HTTP and says how long it
 * is. */
#include "fuzz.h"

#include <string.h>

#include "http/byteranges.h"
#include "http/head.h"
#include "http/response.h"
#include "http/response_head.h"

enum { RANGES = 5, NOW = 1764072000 };

static const char DATE[DATE_SIZE] = "Tue, 25 Nov 2025 12:00:00 GMT";
static const struct representation representations[] = {
    { .length = 1000,
      .last_modified = 784111777,
      .etag = { "\"0123456789abcdef\"", 18 },
      .content_type = { "image/tiff", 10 },
      .fields = { "ETag: \"0123456789abcdef\"\r\n", 26 } },
    { .length = 0,
      .last_modified = 0,
      .etag = { "\"\"", 2 },
      .content_type = { "text/plain", 10 },
      .fields = { "X: y\r\n", 6 } },
    { .length = UINT64_MAX >> 1,
      .last_modified = NOW,
      .etag = { "\"a\"", 3 },
      .content_type = { "a/b", 3 },
      .fields = { "", 0 } },
};

static uint64_t
body_length(const struct response *response, const struct representation *representation)
{
    if (response->range_count > 1)
        return byteranges_length(representation, response->ranges, response->range_count);
    if (response->range_count == 1)
        return range_length(response->ranges[0]);
    return representation->length;
}

static void
check_ranges(const struct response *response, const struct representation *representation)
{
    uint64_t sum = 0;

    FUZZ_CHECK(response->range_count <= RANGES);
    FUZZ_CHECK((response->range_count > 0) == (response->status == 206));
    for (size_t i = 0; i < response->range_count; i++) {
        FUZZ_CHECK(response->ranges[i].first <= response->ranges[i].last);
        FUZZ_CHECK(response->ranges[i].last < representation->length);
        sum += range_length(response->ranges[i]);
    }
    FUZZ_CHECK(sum <= representation->length);
}

/* The value of a field of the response, as a number; UINT64_MAX: it has none. */
static uint64_t
number_of(const char *head, const char *name)
{
    const char *field = strstr(head, name);

    return field ? strtoull(field + strlen(name), NULL, 10) : UINT64_MAX;
}

static void
check_head(const struct response *response, const struct representation *representation)
{
    const size_t capacity = response_head_max(representation);
    char *out = malloc(capacity + 1);
    const size_t length = response_head(out, capacity, response, representation, DATE);
    const char *end;

    FUZZ_CHECK(length <= capacity);
    out[length] = '\0';
    end = strstr(out, "\r\n\r\n");
    FUZZ_CHECK(strlen(out) == length && end != NULL);
    FUZZ_CHECK(strncmp(out, "HTTP/1.1 ", 9) == 0);
    FUZZ_CHECK(strtoul(out + 9, NULL, 10) == response->status);
    FUZZ_CHECK((strstr(out, "\r\nConnection: close\r\n") != NULL) == response->close);
    if (response->body)
        FUZZ_CHECK(number_of(out, "\r\nContent-Length: ") ==
                   body_length(response, representation));
    else if (end[4] != '\0')
        FUZZ_CHECK(number_of(out, "\r\nContent-Length: ") == strlen(end + 4));
    FUZZ_CHECK(end[4] == '\0' || (!response->body && !response->head_only));
    free(out);
}

static void
check_response(const struct request *request, const struct representation *representation)
{
    struct response response;

    response_decide(request, representation, RANGES, NOW, &response);
    FUZZ_CHECK(response.status >= 200 && response.status <= 599);
    FUZZ_CHECK(representation != NULL || (!response.body && response.status != 200));
    FUZZ_CHECK(!response.body || (response.status == 200 || response.status == 206));
    FUZZ_CHECK(!response.body || request->method == METHOD_GET);
    FUZZ_CHECK(!request->content || response.close);
    if (representation != NULL)
        check_ranges(&response, representation);
    check_head(&response, representation);
}

/* The input is a head. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct head_limits limits = { .size = 4096, .target = 1024, .fields = 64 };
    char *bytes = fuzz_copy(data, size);
    struct head head = { 0 };
    struct request request;
    char scratch[1024];

    if (head_read(&head, bytes, size, &limits) == REFUSAL_NONE && head.length > 0 &&
        request_parse(&request, &head, bytes, scratch) == REFUSAL_NONE) {
        check_response(&request, NULL);
        for (size_t i = 0; i < sizeof(representations) / sizeof(*representations); i++)
            check_response(&request, &representations[i]);
    }
    free(bytes);
    return 0;
}
