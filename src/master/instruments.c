/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * instruments: made before the fork, because all of it is shared memory or the master's own.
 * What nobody asked for is reserved and never touched, and so takes no memory.
 */
#include "master/instruments.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/identity.h"
#include "base/log.h"
#include "profile/heap.h"
#include "profile/sampler.h"

static int
label_objects(struct instruments *instruments, const struct catalogue *catalogue)
{
    struct label_name *items = calloc(catalogue->count, sizeof(*items));

    if (items == NULL)
        return -1;
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct config_asset *asset = catalogue->objects[i].asset;

        items[i] = (struct label_name){ .object = asset->path,
                                        .variant = config_variant_name(asset->variant) };
    }
    instruments->labels = (struct label_names){ .items = items, .count = catalogue->count };
    return 0;
}

/* The prefix in its directory; relative ones begin where tiffd was started. */
static int
place_prefix(const char *directory, const char *prefix, char **placed)
{
    bool alone = prefix == NULL || prefix[0] == '/' || directory == NULL;

    if (prefix == NULL)
        return 0;
    if (asprintf(placed, "%s%s%s", alone ? "" : directory, alone ? "" : "/", prefix) >= 0)
        return 0;
    *placed = NULL;
    return -1;
}

static int
find_owner(const struct config_profile *profile, struct file_owner *owner)
{
    owner->mode = profile->mode;
    return identity_find("[profile] user", profile->user, profile->group, &owner->identity);
}

/* Where the heap prefix goes, or nowhere. */
static int
place_heap_prefix(const struct config_profile *profile, char **placed)
{
    if (profile->heap == NULL || heap_supported())
        return place_prefix(profile->dir, profile->heap, placed);
    log_warning("[profile] heap: no heap profiles, this build is without tcmalloc");
    return 0;
}

static int
make_profile_files(struct instruments *instruments, const struct config_profile *profile,
                   unsigned generation)
{
    struct profile_files_options options = { .keep = profile->keep_files,
                                             .confinement = instruments->confinement };

    if (find_owner(profile, &options.owner) < 0 ||
        place_prefix(profile->dir, profile->cpu, &instruments->prefixes[0]) < 0 ||
        place_heap_prefix(profile, &instruments->prefixes[1]) < 0)
        return -1;
    options.cpu = instruments->prefixes[0];
    options.heap = instruments->prefixes[1];
    instruments->owner = options.owner;
    instruments->keep = options.keep;
    instruments->profile_files =
        profile_files_create(&instruments->tables, &options, &instruments->labels, generation);
    if (options.cpu && options.heap)
        log_warning("profiles of both kinds are on: each sees what the other costs");
    return instruments->profile_files ? 0 : -1;
}

/* Samples are wanted as long as there is a file that they go to. Whoever looks sees the rates
 * before a worker has begun. */
static void
subscription_samples(const struct instruments *instruments,
                     const struct config_profile *profile)
{
    for (unsigned i = 0; i < instruments->tables.workers; i++) {
        struct sampler_table *table = tables_cpu(&instruments->tables, i);

        table->hz = profile->hz;
        if (heap_supported())
            tables_heap(&instruments->tables, i)->sample_bytes = profile->sample_bytes;
        if (instruments->prefixes[0])
            sampler_request(table, 0, true);
    }
}

int
instruments_create(struct instruments *instruments, const struct config *config,
                   const struct catalogue *catalogue, unsigned generation,
                   const struct instruments *previous)
{
    const unsigned workers = config->server.workers;
    const struct tables_plan plan = { .workers = workers,
                                      .events = config->debug.trace_events,
                                      .connections = config->server.worker_connections };

    if (tables_create(&instruments->tables, &plan) == 0 &&
        (instruments->roster = roster_create(workers)) != NULL &&
        label_objects(instruments, catalogue) == 0 &&
        make_profile_files(instruments, &config->profile, generation) == 0) {
        instruments->roster->started =
            previous ? previous->roster->started : instruments->tables.created;
        subscription_samples(instruments, &config->profile);
        return 0;
    }
    log_error("instruments: can't be made");
    return -1;
}

void
instruments_release(struct instruments *instruments)
{
    profile_files_destroy(instruments->profile_files);
    roster_destroy(instruments->roster);
    tables_destroy(&instruments->tables);
    free((void *)(uintptr_t)instruments->labels.items);
    free(instruments->prefixes[0]);
    free(instruments->prefixes[1]);
}
