/* SPDX-License-Identifier: BSD-2-Clause */
/* history: the writer overwrites the oldest sample before it increments the count. A reader
 * therefore skips the sample that is written next, and those overwritten while it copied. */
#include "shared/history.h"

#include <string.h>
#include <sys/mman.h>

#include "base/shmem.h"

#define WHOLE_MAX (HISTORY_SAMPLES - 1) /* the other one may be being written */

struct history *
history_create(void)
{
    return shmem_map(sizeof(struct history));
}

void
history_destroy(struct history *history)
{
    if (history)
        munmap(history, sizeof(*history));
}

void
history_add(struct history *history, const struct history_sample *sample)
{
    const uint64_t written = history->written;

    __atomic_thread_fence(__ATOMIC_RELEASE); /* orders the previous count before this sample */
    history->samples[written % HISTORY_SAMPLES] = *sample;
    __atomic_store_n(&history->written, written + 1, __ATOMIC_RELEASE);
}

/* How many of the oldest copied samples may have been overwritten during the copy. */
static size_t
history_spoilt(const struct history *history, uint64_t first, size_t count)
{
    uint64_t written;

    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* orders the copy before the count */
    written = __atomic_load_n(&history->written, __ATOMIC_RELAXED);
    if (written < first || written - first <= WHOLE_MAX)
        return 0;
    return written - first - WHOLE_MAX < count ? written - first - WHOLE_MAX : count;
}

size_t
history_take(const struct history *history, struct history_sample *samples, size_t most)
{
    const uint64_t written = __atomic_load_n(&history->written, __ATOMIC_ACQUIRE);
    size_t count = written < WHOLE_MAX ? written : WHOLE_MAX;
    size_t spoilt;

    count = most < count ? most : count;
    for (size_t i = 0; i < count; i++)
        samples[i] = history->samples[(written - count + i) % HISTORY_SAMPLES];
    spoilt = history_spoilt(history, written - count, count);
    memmove(samples, samples + spoilt, (count - spoilt) * sizeof(*samples));
    return count - spoilt;
}
