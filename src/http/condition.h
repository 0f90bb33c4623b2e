/* SPDX-License-Identifier: BSD-2-Clause */
/* condition: conditional requests (RFC 9110 section 13). */
#ifndef HTTP_CONDITION_H
#define HTTP_CONDITION_H

#include <stdbool.h>
#include <time.h>

#include "http/representation.h"
#include "http/request.h"

enum condition {
    CONDITION_MET,          /* continue as if there were none */
    CONDITION_NOT_MODIFIED, /* 304 */
    CONDITION_FAILED,       /* 412 */
};

/* The conditional fields of a GET or HEAD in the order of section 13.2.2, less If-Range. now is
 * needed for dates with two-digit years. */
enum condition condition_evaluate(const struct request *request,
                                  const struct representation *representation, time_t now);

/* Whether If-Range lets the Range field stand; true without If-Range. A date never does,
 * because two versions written within one second have the same date, and section 13.1.5
 * requires a strong validator. */
bool condition_allows_range(const struct request *request,
                            const struct representation *representation);

#endif
