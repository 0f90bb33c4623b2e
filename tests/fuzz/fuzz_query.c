/* SPDX-License-Identifier: BSD-2-Clause */
/* Queries of the observer's pages: what is accepted obeys the rules, what is refused says why.
 */
#include "fuzz.h"

#include <string.h>

#include "http/octet.h"
#include "observer/query.h"
#include "observer/scope.h"
#include "pages/pages.h"

static void
check(const struct query_rules *rules, struct span text)
{
    char error[QUERY_ERROR_MAX] = "";
    struct query query;

    if (!query_read(&query, text, rules, error)) {
        FUZZ_CHECK(error[0] != '\0' && memchr(error, '\0', sizeof(error)) != NULL);
        FUZZ_CHECK(strpbrk(error, "\r\n\t") == NULL);
        return;
    }
    FUZZ_CHECK(query.worker == SCOPE_ALL ||
               (query.worker >= 0 && (unsigned)query.worker < rules->workers));
    FUZZ_CHECK(query.seconds <= QUERY_SECONDS_MAX && query.debug <= 2);
    FUZZ_CHECK(query.format == QUERY_UNSPECIFIED ||
               (rules->formats & QUERY_FORMAT_BIT(query.format)) != 0);
    FUZZ_CHECK(query.sample_index < PROFILE_VALUES);
}

/* Octets that no query of an accepted target has become dots. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = fuzz_copy(data, size);
    const struct route *route;

    for (size_t i = 0; i < size; i++)
        if (!octet_is(bytes[i], OCTET_QUERY) && bytes[i] != '%')
            bytes[i] = '.';
    for (size_t i = 0; (route = pages_at(i)) != NULL; i++) {
        struct query_rules rules = route->rules;

        rules.workers = 3;
        check(&rules, (struct span){ bytes, size });
    }
    free(bytes);
    return 0;
}
