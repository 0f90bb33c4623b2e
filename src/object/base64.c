/* SPDX-License-Identifier: BSD-2-Clause */
/* base64: nettle does the work; this file gives it the project's types. */
#include "object/base64.h"

#include <nettle/base64.h>

size_t
base64_encode(char *out, const unsigned char *in, size_t size)
{
    base64_encode_raw(out, size, in);
    return (size_t)base64_length(size);
}
