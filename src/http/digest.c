/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * digest: reads from the fields only whether sha-256 is in the list, since tiffd has no other
 * digest. A preference that does not parse counts as 0. Pure; nothing is fatal.
 */
#include "http/digest.h"

#define ALGORITHM SPAN("sha-256")

/* RFC 9530 section 4: "sha-256=10", a preference of 0 to 10. */
static bool
names_preference(struct span member)
{
    const struct span key = span_trim(span_cut(&member, '='));
    const struct span preference = span_trim(member);

    return span_equal(key, ALGORITHM) && preference.length > 0 && preference.at[0] >= '1' &&
           preference.at[0] <= '9';
}

/* RFC 3230 section 4.3.1: "SHA-256;q=0.5". */
static bool
names_algorithm(struct span element)
{
    const struct span name = span_trim(span_cut(&element, ';'));

    return span_equal_nocase(name, ALGORITHM) &&
           !span_equal_nocase(span_trim(element), SPAN("q=0"));
}

static bool
digest_has(const struct request *request, enum header header,
           bool (*names)(struct span element))
{
    for (size_t i = 0; request_has(request, header) && i < request->header_count; i++) {
        struct span list = request->headers[i].value;
        struct span element;

        if (request->headers[i].header != header)
            continue;
        while (header_list_next(&list, &element))
            if (names(element))
                return true;
    }
    return false;
}

bool
digest_wanted(const struct request *request)
{
    return digest_has(request, HEADER_WANT_REPR_DIGEST, names_preference);
}

bool
digest_wanted_formerly(const struct request *request)
{
    return digest_has(request, HEADER_WANT_DIGEST, names_algorithm);
}
