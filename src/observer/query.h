/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * query: the parameters behind the '?' of a page. Values are checked, so that a typing error is
 * reported and does not return a profile of something else. Unknown parameters are ignored, as
 * in Go's pages, because tools send parameters of other programs.
 */
#ifndef OBSERVER_QUERY_H
#define OBSERVER_QUERY_H

#include <limits.h>
#include <stdbool.h>

#include "base/span.h"
#include "profile/profile.h"

/* Bits of what a page accepts. */
enum {
    QUERY_WORKER = 1 << 0,
    QUERY_SECONDS = 1 << 1,
    QUERY_FORMAT = 1 << 2,
    QUERY_SAMPLE_INDEX = 1 << 3,
    QUERY_DEBUG = 1 << 4,
    QUERY_ARGUMENTS = 1 << 5,
    QUERY_CONNECTION = 1 << 6,
    QUERY_LIMIT = 1 << 7,
};

enum query_format {
    QUERY_UNSPECIFIED,
    QUERY_PROTO,
    QUERY_TEXT,
    QUERY_LEGACY,
    QUERY_FOLDED,
    QUERY_FLAME,
    QUERY_SVG,
    QUERY_JSON,
    QUERY_FORMATS
};

/* The bit of a format in query_rules. */
#define QUERY_FORMAT_BIT(format) (1u << (format))

#define QUERY_SECONDS_MAX 3600
#define QUERY_ERROR_MAX   256
#define QUERY_LIMIT_MAX   999999999u

struct query_rules {
    unsigned accepted;      /* bits */
    unsigned workers;       /* how many there are */
    unsigned seconds;       /* when none are asked for */
    bool whole;             /* seconds may be 0: everything since the start */
    unsigned formats;       /* QUERY_FORMAT_BIT() of those that exist */
    enum profile_kind kind; /* whose values sample_index names */
};

struct query {
    int worker; /* SCOPE_ALL: all of them */
    unsigned seconds;
    enum query_format format;
    int sample_index;    /* see profile_type_index(); -1: not given */
    unsigned debug;      /* 0 to 2 */
    bool debug_given;    /* also as 0 */
    unsigned arguments;  /* 1: with stacks */
    unsigned connection; /* 0: all of them */
    unsigned limit;      /* rows; 0: all of them */
};

/* How many rows a page may have. */
static inline unsigned
query_rows(const struct query *query)
{
    return query->limit > 0 ? query->limit : UINT_MAX;
}

/* The form that a profile is to have. gzip: the client accepts it; legacy: the format exists.
 */
enum query_format query_choose(const struct query *query, bool gzip, bool legacy);

/* Reads "name=value&name=value". False: error holds one line that names the parameter, what was
 * found and what is accepted. */
bool query_read(struct query *query, struct span text, const struct query_rules *rules,
                char error[QUERY_ERROR_MAX]) __attribute__((warn_unused_result));

#endif
