/* SPDX-License-Identifier: BSD-2-Clause */
/* percent: what stays are pchar of RFC 3986 and the slash. */
#include "base/percent.h"

#include <ctype.h>

static bool
is_path_byte(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("/-._~!$&'()*+,;=:@", c) != NULL);
}

char *
percent_encode(char *out, struct span path)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < path.length; i++) {
        const unsigned char byte = (unsigned char)path.at[i];

        if (is_path_byte(path.at[i])) {
            *out++ = path.at[i];
            continue;
        }
        *out++ = '%';
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 15];
    }
    return out;
}
