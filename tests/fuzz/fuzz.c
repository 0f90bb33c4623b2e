/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz: see fuzz.h. */
#include "fuzz.h"

#include <string.h>

unsigned
fuzz_octet(struct fuzz_input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

uint64_t
fuzz_number(struct fuzz_input *input, size_t size)
{
    uint64_t number = 0;

    for (size_t i = 0; i < size; i++)
        number |= (uint64_t)fuzz_octet(input) << 8 * i;
    return number;
}

char *
fuzz_copy(const void *bytes, size_t length)
{
    char *copy = malloc(length ? length : 1);

    FUZZ_CHECK(copy != NULL);
    if (length)
        memcpy(copy, bytes, length);
    return copy;
}

char *
fuzz_text(const void *bytes, size_t length)
{
    const char *from = bytes;
    char *text = malloc(length + 1);
    size_t end = 0;

    FUZZ_CHECK(text != NULL);
    for (size_t i = 0; i < length; i++)
        if (from[i] != '\0')
            text[end++] = from[i];
    text[end] = '\0';
    return text;
}
