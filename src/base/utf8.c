/* SPDX-License-Identifier: BSD-2-Clause */
/* utf8: the table of RFC 3629 section 4: no character has two forms, and none is a surrogate.
 */
#include "base/utf8.h"

#include "base/count.h"

static const struct {
    unsigned char first_min;
    unsigned char first_max;
    unsigned char second_min;
    unsigned char second_max;
    size_t length;
} rows[] = {
    { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
    { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
    { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

size_t
utf8_length(struct span text)
{
    const unsigned char *bytes = (const unsigned char *)text.at;

    if (bytes[0] < 0x80)
        return 1;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (bytes[0] < rows[i].first_min || bytes[0] > rows[i].first_max)
            continue;
        if (text.length < rows[i].length || bytes[1] < rows[i].second_min ||
            bytes[1] > rows[i].second_max)
            return 0;
        for (size_t j = 2; j < rows[i].length; j++)
            if (bytes[j] < 0x80 || bytes[j] > 0xbf)
                return 0;
        return rows[i].length;
    }
    return 0;
}
