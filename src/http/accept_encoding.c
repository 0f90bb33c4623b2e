/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accept_encoding: weights are in thousandths. An element that does not parse counts as one
 * that is not there, and so does a coding that tiffd does not know. Nothing is fatal.
 */
#include "http/accept_encoding.h"

#include <stdbool.h>

#define WEIGHT_NONE (-1) /* nothing is said of it */
#define WEIGHT_MAX  1000

struct weights {
    int codings[CODING_COUNT];
    int others; /* "*" */
};

/* Section 12.4.2: "0" or "1" with at most three decimals. */
static bool
parse_weight(struct span text, int *weight)
{
    int unit = 100;

    if (text.length == 0 || text.length > 5 || (text.at[0] != '0' && text.at[0] != '1') ||
        (text.length > 1 && text.at[1] != '.'))
        return false;
    *weight = (text.at[0] - '0') * WEIGHT_MAX;
    for (size_t i = 2; i < text.length; i++, unit /= 10) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        *weight += (text.at[i] - '0') * unit;
    }
    return *weight <= WEIGHT_MAX;
}

/* "x-gzip" is another name of gzip (section 8.4.1.3). */
static int *
find_weight(struct weights *weights, struct span name)
{
    enum coding coding;

    if (span_equal(name, SPAN("*")))
        return &weights->others;
    if (span_equal_nocase(name, SPAN("x-gzip")))
        return &weights->codings[CODING_GZIP];
    coding = coding_find(name);
    return coding < CODING_COUNT ? &weights->codings[coding] : NULL;
}

static void
read_element(struct weights *weights, struct span element)
{
    int *place = find_weight(weights, span_trim(span_cut(&element, ';')));
    const struct span parameter = span_trim(element);
    int weight = WEIGHT_MAX;

    if (place == NULL)
        return;
    if (parameter.at &&
        (parameter.length < 2 || (parameter.at[0] | 0x20) != 'q' || parameter.at[1] != '=' ||
         !parse_weight((struct span){ parameter.at + 2, parameter.length - 2 }, &weight)))
        return;
    *place = weight;
}

static struct weights
read_weights(const struct request *request)
{
    struct weights weights = { .others = WEIGHT_NONE };

    for (size_t i = 0; i < CODING_COUNT; i++)
        weights.codings[i] = WEIGHT_NONE;
    for (size_t i = 0; i < request->header_count; i++) {
        struct span list = request->headers[i].value;
        struct span element;

        if (request->headers[i].header != HEADER_ACCEPT_ENCODING)
            continue;
        while (header_list_next(&list, &element))
            read_element(&weights, element);
    }
    return weights;
}

/* What is not listed is not accepted, unless "*" is. */
static int
accept_weight(const struct weights *weights, enum coding coding)
{
    int weight = weights->codings[coding];

    if (weight == WEIGHT_NONE)
        weight = weights->others;
    return weight == WEIGHT_NONE ? 0 : weight;
}

/* A client that lists a coding wants it rather than the form without one, unless it says how
 * much it wants that. */
enum coding
accept_encoding_choose(const struct request *request, const enum coding *codings, size_t count)
{
    enum coding best = CODING_IDENTITY;
    struct weights weights;
    int most;

    if (!request_has(request, HEADER_ACCEPT_ENCODING))
        return CODING_IDENTITY;
    weights = read_weights(request);
    most = accept_weight(&weights, CODING_IDENTITY);
    for (size_t i = 0; i < count; i++) {
        const int weight = accept_weight(&weights, codings[i]);

        if (weight > most || (weight == most && weight > 0 && best == CODING_IDENTITY)) {
            best = codings[i];
            most = weight;
        }
    }
    return best;
}
