/* SPDX-License-Identifier: BSD-2-Clause */
/* Dates: what is read is what strptime(3) reads, and is written as the same moment. */
#include "fuzz.h"

#include <string.h>

#include "http/date.h"

#define NOW INT64_C(1764072000) /* in 2025 */

/* One of the three forms; strptime(3) takes more than the grammar, never something else. */
static bool
read_again(const char *text, time_t *time)
{
    static const char *const forms[] = { "%a, %d %b %Y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y",
                                         "%A, %d-%b-%y %H:%M:%S GMT" };

    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        struct tm tm = { 0 };
        const char *end = strptime(text, forms[i], &tm);

        if (end == NULL || *end != '\0')
            continue;
        *time = timegm(&tm);
        return true;
    }
    return false;
}

/* Of a year with two digits strptime(3) knows another century. */
static bool
same(time_t a, time_t b, const char *text)
{
    struct tm left;
    struct tm right;

    if (a == b)
        return true;
    gmtime_r(&a, &left);
    gmtime_r(&b, &right);
    return strchr(text, '-') != NULL && left.tm_year % 100 == right.tm_year % 100 &&
           left.tm_mon == right.tm_mon && left.tm_mday == right.tm_mday &&
           left.tm_hour == right.tm_hour && left.tm_min == right.tm_min &&
           left.tm_sec == right.tm_sec;
}

static void
check_read(const char *text, time_t time)
{
    time_t again = 0;
    char written[DATE_SIZE];

    FUZZ_CHECK(read_again(text, &again));
    FUZZ_CHECK(same(time, again, text));
    date_format(written, time);
    FUZZ_CHECK(strlen(written) == DATE_LENGTH);
    FUZZ_CHECK(date_parse(span_of(written), NOW, &again));
    FUZZ_CHECK(time < 0 ? again == 0 : again == time || time > again);
}

/* Any octet, not only those of a text, must be refused without a read behind the end. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = fuzz_copy(data, size);
    char *text = fuzz_text(data, size);
    time_t time = -7;

    if (!date_parse((struct span){ bytes, size }, NOW, &time))
        FUZZ_CHECK(time == -7);
    else
        check_read(text, time);
    free(text);
    free(bytes);
    return 0;
}
