/* SPDX-License-Identifier: BSD-2-Clause */
/* exemplar: a sequence lock: a copy is whole if the version is even and the same before and
 * after. */
#include "shared/exemplar.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define INTERVAL UINT64_C(1000000000) /* ns between two exemplars of one bucket */
#define TRIES    10

void
exemplar_add(struct exemplars *exemplars, const struct histogram_scale *scale, uint64_t value,
             uint64_t now, const char *id)
{
    struct exemplar *exemplar = &exemplars->buckets[histogram_bucket(scale, value)];
    const uint32_t version =
        exemplar->version | 1; /* already odd if an earlier writer died here */

    if (id[0] == '\0' || (exemplar->since != 0 && now - exemplar->since < INTERVAL))
        return;
    __atomic_store_n(&exemplar->version, version, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE); /* orders the odd version before the rest */
    exemplar->since = now;
    exemplar->at = clock_wall();
    exemplar->value = value;
    snprintf(exemplar->id, sizeof(exemplar->id), "%s", id);
    __atomic_store_n(&exemplar->version, version + 1, __ATOMIC_RELEASE);
}

static void
exemplar_clean(struct exemplar *exemplar)
{
    exemplar->id[EXEMPLAR_ID_MAX] = '\0';
    for (char *at = exemplar->id; *at; at++)
        if (*at < 0x21 || *at > 0x7e || *at == '"' || *at == '\\')
            *at = '?';
}

bool
exemplar_take(const struct exemplars *exemplars, unsigned bucket, struct exemplar *copy)
{
    const struct exemplar *exemplar = &exemplars->buckets[bucket];

    for (unsigned i = 0; i < TRIES; i++) {
        const uint32_t before = __atomic_load_n(&exemplar->version, __ATOMIC_ACQUIRE);

        *copy = *exemplar;
        __atomic_thread_fence(__ATOMIC_ACQUIRE); /* orders the copy before the second read */
        if (before == 0)
            return false;
        if (before % 2 == 0 &&
            before == __atomic_load_n(&exemplar->version, __ATOMIC_RELAXED)) {
            exemplar_clean(copy);
            return true;
        }
    }
    return false;
}
