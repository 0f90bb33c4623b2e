/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answer: status, body, ranges and persistence of an answer. Pure; what it says is written by
 * response.c and sent by the worker.
 */
#include "http/answer.h"

#include "http/condition.h"
#include "http/digest.h"

/* RFC 9110 section 10.1.1: 100-continue is all there is, and HTTP/1.0 has no expectations. A
 * request whose content we would not read gets its last answer, never 100. */
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
            size_t capacity, struct answer *answer)
{
    struct span value;

    if (request->method != METHOD_GET || !request_has(request, HEADER_RANGE) ||
        !request_sole(request, HEADER_RANGE, &value) ||
        !condition_allows_range(request, representation))
        return RANGE_NONE;
    if (capacity > ANSWER_RANGES_MAX)
        capacity = ANSWER_RANGES_MAX;
    return range_parse(value, representation->length, answer->ranges, capacity,
                       &answer->range_count);
}

static unsigned
answer_serve(const struct request *request, const struct representation *representation,
             size_t ranges, time_t now, struct answer *answer)
{
    switch (condition_evaluate(request, representation, now)) {
    case CONDITION_FAILED:
        return 412;
    case CONDITION_NOT_MODIFIED:
        return 304;
    case CONDITION_MET:
        break;
    }
    switch (find_ranges(request, representation, ranges, answer)) {
    case RANGE_SATISFIABLE:
        return 206;
    case RANGE_UNSATISFIABLE:
        return 416;
    case RANGE_NONE:
        break;
    }
    answer->range_count = 0;
    return 200;
}

static unsigned
decide_status(const struct request *request, const struct representation *representation,
              size_t ranges, time_t now, struct answer *answer)
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
    return answer_serve(request, representation, ranges, now, answer);
}

void
answer_failure(const struct request *request, unsigned status, struct answer *answer)
{
    answer->status = status;
    answer->minor = request->minor;
    answer->body = false;
    answer->head_only = request->method == METHOD_HEAD;
    answer->close = !request->keep_alive || request->content;
    answer->repr_digest = answer->digest = false;
    answer->varies = false;
    answer->origin = SPAN("");
    answer->range_count = 0;
}

void
answer_cors(const struct request *request, const struct cors *cors, struct answer *answer)
{
    struct span origin = SPAN("");

    if (cors->count == 0)
        return;
    if (request_has(request, HEADER_ORIGIN) && !request_sole(request, HEADER_ORIGIN, &origin))
        origin = SPAN("");
    answer->varies = cors_varies(cors);
    answer->origin = cors_allow(cors, origin);
}

void
answer_decide(const struct request *request, const struct representation *representation,
              size_t ranges, time_t now, struct answer *answer)
{
    answer_failure(request, 0, answer);
    answer->status = decide_status(request, representation, ranges, now, answer);
    answer->body = !answer->head_only && (answer->status == 200 || answer->status == 206);
    answer->repr_digest = digest_wanted(request);
    answer->digest = digest_wanted_formerly(request);
}
