/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request_id: what is taken goes into logs and response fields, so only identifiers of harmless
 * octets are. One that is made has 128 bits of xoroshiro128++ (Blackman and Vigna): it is
 * unique, not secret.
 */
#include "http/request_id.h"

#include <sys/random.h>

#include "http/octet.h"

#define NUMBER_DIGITS 14

/* --- taking ------------------------------------------------------------------------------- */

static bool
is_id(struct span text)
{
    static const char marks[] = "-._~+/=:@";

    for (size_t i = 0; i < text.length; i++) {
        const char octet = text.at[i];

        if (!octet_is(octet, OCTET_DIGIT) && ((octet | 0x20) < 'a' || (octet | 0x20) > 'z') &&
            memchr(marks, octet, sizeof(marks) - 1) == NULL)
            return false;
    }
    return text.length > 0 && text.length <= REQUEST_ID_MAX;
}

/* Lower-case hexadecimal digits, not all of them zero. */
static bool
is_hex(const char *text, size_t length, bool may_be_zero)
{
    bool any = may_be_zero;

    for (size_t i = 0; i < length; i++) {
        if (!octet_is(text[i], OCTET_HEX) || (text[i] >= 'A' && text[i] <= 'F'))
            return false;
        any |= text[i] != '0';
    }
    return any;
}

/* "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"; a later version may have more. */
static bool
is_traceparent(struct span text)
{
    if (text.length < 55 || text.at[2] != '-' || text.at[35] != '-' || text.at[52] != '-')
        return false;
    if (!is_hex(text.at, 2, true) || memcmp(text.at, "ff", 2) == 0)
        return false;
    if (text.length > 55 && (memcmp(text.at, "00", 2) == 0 || text.at[55] != '-'))
        return false;
    return is_hex(text.at + 3, REQUEST_ID_TRACE, false) && is_hex(text.at + 36, 16, false) &&
           is_hex(text.at + 53, 2, true);
}

static void
request_id_set(struct request_id *id, const char *text, size_t length)
{
    memcpy(id->text, text, length);
    id->text[length] = '\0';
    id->length = (uint8_t)length;
}

/* --- making ------------------------------------------------------------------------------- */

void
request_id_seed(struct request_id_source *source)
{
    (void)!getrandom(source->state, sizeof(source->state), 0);
    source->state[0] |= 1; /* never all zero */
}

static uint64_t
rotate_left(uint64_t number, unsigned bits)
{
    return number << bits | number >> (64 - bits);
}

static uint64_t
next_random(struct request_id_source *source)
{
    const uint64_t first = source->state[0];
    const uint64_t second = source->state[1] ^ first;
    const uint64_t result = rotate_left(first + source->state[1], 17) + first;

    source->state[0] = rotate_left(first, 49) ^ second ^ second << 21;
    source->state[1] = rotate_left(second, 28);
    return result;
}

static void
request_id_make(struct request_id *id, struct request_id_source *source)
{
    static const char digits[] = "0123456789abcdef";
    char text[REQUEST_ID_TRACE];
    uint64_t number = 0;

    for (size_t i = 0; i < sizeof(text); i++, number >>= 4) {
        if (i % 16 == 0)
            number = next_random(source);
        text[i] = digits[number & 15];
    }
    request_id_set(id, text, sizeof(text));
}

void
request_id_find(struct request_id *id, const struct request *request,
                struct request_id_source *source)
{
    struct span value;

    id->length = 0;
    id->has_trace = false;
    if (request && request_has(request, HEADER_TRACEPARENT) &&
        request_sole(request, HEADER_TRACEPARENT, &value) && is_traceparent(value)) {
        memcpy(id->trace, value.at + 3, REQUEST_ID_TRACE);
        id->has_trace = true;
    }
    if (request && request_has(request, HEADER_X_REQUEST_ID) &&
        request_sole(request, HEADER_X_REQUEST_ID, &value) && is_id(value))
        request_id_set(id, value.at, value.length);
    else if (id->has_trace)
        request_id_set(id, id->trace, REQUEST_ID_TRACE);
    else
        request_id_make(id, source);
}

void
request_id_copy(struct request_id *id, const char text[static REQUEST_ID_MAX + 1])
{
    id->has_trace = false;
    request_id_set(id, text, strlen(text));
}

/* --- for traces --------------------------------------------------------------------------- */

/* FNV-1a. */
static uint64_t
request_id_hash(const struct request_id *id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < id->length; i++)
        hash = (hash ^ (unsigned char)id->text[i]) * UINT64_C(0x100000001b3);
    return hash >> 8;
}

uint64_t
request_id_number(const struct request_id *id)
{
    uint64_t number = 0;
    unsigned count = 0;

    for (size_t i = 0; i < id->length && count < NUMBER_DIGITS; i++) {
        if (id->text[i] == '-')
            continue;
        if (!octet_is(id->text[i], OCTET_HEX))
            return request_id_hash(id);
        number = number << 4 | octet_hex(id->text[i]);
        count++;
    }
    return count == NUMBER_DIGITS ? number : request_id_hash(id);
}
