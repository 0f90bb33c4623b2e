/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * condition: pure evaluation of If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since
 * and If-Range. A date that does not parse, or that comes twice, makes its field ignored; a
 * list of tags that does not parse matches nothing.
 */
#include "http/condition.h"

#include "http/date.h"
#include "http/etag.h"

/* Several lines of one field are one list; "*" is no member of one. */
static bool
condition_matches(const struct request *request, enum header header, struct span tag,
                  enum etag_comparison comparison)
{
    bool holds = false;
    bool any = false;
    size_t lines = 0;

    for (size_t i = 0; i < request->header_count; i++) {
        enum etag_list found;

        if (request->headers[i].header != header)
            continue;
        found = etag_list_search(request->headers[i].value, tag, comparison);
        if (found == ETAG_LIST_MALFORMED)
            return false;
        holds |= found == ETAG_LIST_HOLDS;
        any |= found == ETAG_LIST_ANY;
        lines++;
    }
    return any ? lines == 1 : holds;
}

static bool
has_date(const struct request *request, enum header header, time_t now, time_t *date)
{
    struct span value;

    return request_has(request, header) && request_sole(request, header, &value) &&
           date_parse(value, now, date);
}

static bool
preconditions_hold(const struct request *request, const struct representation *representation,
                   time_t now)
{
    time_t date;

    if (request_has(request, HEADER_IF_MATCH))
        return condition_matches(request, HEADER_IF_MATCH, representation->etag, ETAG_STRONG);
    if (representation->last_modified > 0 &&
        has_date(request, HEADER_IF_UNMODIFIED_SINCE, now, &date))
        return representation->last_modified <= date;
    return true;
}

static bool
modified(const struct request *request, const struct representation *representation, time_t now)
{
    time_t date;

    if (request_has(request, HEADER_IF_NONE_MATCH))
        return !condition_matches(request, HEADER_IF_NONE_MATCH, representation->etag,
                                  ETAG_WEAK);
    if (representation->last_modified > 0 &&
        has_date(request, HEADER_IF_MODIFIED_SINCE, now, &date))
        return representation->last_modified > date;
    return true;
}

enum condition
condition_evaluate(const struct request *request, const struct representation *representation,
                   time_t now)
{
    if (request->present == 0)
        return CONDITION_MET;
    if (!preconditions_hold(request, representation, now))
        return CONDITION_FAILED;
    return modified(request, representation, now) ? CONDITION_MET : CONDITION_NOT_MODIFIED;
}

bool
condition_allows_range(const struct request *request,
                       const struct representation *representation)
{
    struct span value;

    if (!request_has(request, HEADER_IF_RANGE))
        return true;
    return request_sole(request, HEADER_IF_RANGE, &value) &&
           span_equal(value, representation->etag);
}
