/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * response: status, body, ranges and persistence of a response. Pure; response_head.c writes
 * the head, the worker sends it.
 */
#include "http/response.h"

#include "http/condition.h"
#include "http/digest.h"

/* RFC 9110 section 10.1.1: 100-continue is the only expectation, and HTTP/1.0 has none. A
 * request whose content is not read gets a final response, never 100. */
static bool
expects_too_much(const struct request *request)
{
    if (request->minor == 0 || !request_has(request, HEADER_EXPECT))
        return false;
    for (size_t i = 0; i < request->header_count; i++) {
        struct span list = request->headers[i].value;
        struct span expectation;

        if (request->headers[i].header != HEADER_EXPECT)
            continue;
        while (header_list_next(&list, &expectation))
            if (!span_equal_nocase(expectation, SPAN("100-continue")))
                return true;
    }
    return false;
}

/* Section 14.2: only GET has ranges. */
static enum range_result
find_ranges(const struct request *request, const struct representation *representation,
            size_t capacity, struct response *response)
{
    struct span value;

    if (request->method != METHOD_GET || !request_has(request, HEADER_RANGE) ||
        !request_sole(request, HEADER_RANGE, &value) ||
        !condition_allows_range(request, representation))
        return RANGE_NONE;
    if (capacity > RESPONSE_RANGES_MAX)
        capacity = RESPONSE_RANGES_MAX;
    return range_parse(value, representation->length, response->ranges, capacity,
                       &response->range_count);
}

static unsigned
serve_representation(const struct request *request, const struct representation *representation,
                     size_t ranges, time_t now, struct response *response)
{
    switch (condition_evaluate(request, representation, now)) {
    case CONDITION_FAILED:
        return 412;
    case CONDITION_NOT_MODIFIED:
        return 304;
    case CONDITION_MET:
        break;
    }
    switch (find_ranges(request, representation, ranges, response)) {
    case RANGE_SATISFIABLE:
        return 206;
    case RANGE_UNSATISFIABLE:
        return 416;
    case RANGE_NONE:
        break;
    }
    response->range_count = 0;
    return 200;
}

static unsigned
decide_status(const struct request *request, const struct representation *representation,
              size_t ranges, time_t now, struct response *response)
{
    if (!method_allowed(request->method))
        return request->method == METHOD_UNKNOWN ? 501 : 405;
    if (expects_too_much(request))
        return 417;
    if (request->options_asterisk)
        return 204;
    if (representation == NULL)
        return 404;
    if (request->method == METHOD_OPTIONS)
        return 204;
    return serve_representation(request, representation, ranges, now, response);
}

void
response_failure(const struct request *request, unsigned status, struct response *response)
{
    response->status = status;
    response->minor = request->minor;
    response->body = false;
    response->head_only = request->method == METHOD_HEAD;
    response->close = !request->keep_alive || request->content;
    response->repr_digest = response->digest = false;
    response->varies = false;
    response->retry_after = 0;
    response->page = false;
    response->id = response->origin = response->location = SPAN("");
    response->range_count = 0;
}

void
response_redirect(struct response *response, struct span location)
{
    response->status = 301;
    response->location = location;
}

void
response_page(struct response *response, const struct representation *representation)
{
    response->page = true;
    response->body = !response->head_only && representation->length > 0;
}

void
response_cors(const struct request *request, const struct cors *cors, struct response *response)
{
    struct span origin = SPAN("");

    response->varies = false;
    response->origin = origin;
    if (cors->count == 0)
        return;
    if (request_has(request, HEADER_ORIGIN) && !request_sole(request, HEADER_ORIGIN, &origin))
        origin = SPAN("");
    response->varies = cors_varies(cors);
    response->origin = cors_allow(cors, origin);
}

void
response_decide(const struct request *request, const struct representation *representation,
                size_t ranges, time_t now, struct response *response)
{
    response_failure(request, 0, response);
    response->status = decide_status(request, representation, ranges, now, response);
    response->body =
        !response->head_only &&
        (response->status == 206 || (response->status == 200 && representation->length > 0));
    response->repr_digest = digest_wanted(request);
    response->digest = digest_wanted_formerly(request);
}
