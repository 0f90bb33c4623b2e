/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seconds: counts by second.
 *
 * Exports seconds_add() and seconds_print(). Lack of memory is fatal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seconds.h"

static void
reach(struct seconds *seconds, size_t count)
{
    struct second *at = reallocarray(seconds->at, count, sizeof(*at));

    if (!at) {
        perror("seconds");
        exit(1);
    }
    memset(at + seconds->count, 0, (count - seconds->count) * sizeof(*at));
    seconds->at = at;
    seconds->count = count;
}

void
seconds_add(struct seconds *seconds, uint64_t since_begin_ns, uint64_t requests, uint64_t bytes)
{
    size_t index = (size_t)(since_begin_ns / 1000000000);

    if (index >= seconds->count)
        reach(seconds, index + 1);
    seconds->at[index].requests += requests;
    seconds->at[index].bytes += bytes;
}

void
seconds_print(const struct seconds *seconds)
{
    printf("[");
    for (size_t i = 0; i < seconds->count; i++)
        printf("%s[%ju, %ju]", i > 0 ? ", " : "", (uintmax_t)seconds->at[i].requests,
               (uintmax_t)seconds->at[i].bytes);
    printf("]");
}
