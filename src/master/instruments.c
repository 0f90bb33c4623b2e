/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * instruments: made before the fork, because all of it is shared memory or belongs to the
 * master. Tables that are not used are reserved but never touched, and so take no memory.
 */
#include "master/instruments.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/identity.h"
#include "base/log.h"
#include "config/config.h"
#include "profile/heap.h"
#include "profile/sampler.h"

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
make_profile_files(struct instruments *instruments)
{
    const struct config_profile *profile = &instruments->shared->config->profile;
    struct profile_files_options options = { .keep = profile->keep_files };

    if (find_owner(profile, &options.owner) < 0 ||
        place_prefix(profile->dir, profile->cpu, &instruments->prefixes[0]) < 0 ||
        place_heap_prefix(profile, &instruments->prefixes[1]) < 0)
        return -1;
    options.cpu = instruments->prefixes[0];
    options.heap = instruments->prefixes[1];
    instruments->owner = options.owner;
    instruments->keep = options.keep;
    instruments->profile_files = profile_files_create(instruments->shared, &options);
    if (options.cpu && options.heap)
        log_warning("CPU and heap profiles are both on: each includes the cost of the other");
    return instruments->profile_files ? 0 : -1;
}

/* Requests samples if they go to a file. The rates are set here, so that readers see them
 * before a worker has started. */
static void
instruments_want_samples(const struct instruments *instruments,
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
instruments_create(struct instruments *instruments, struct shared *shared)
{
    const struct config *config = shared->config;
    const struct tables_plan plan = { .workers = config->server.workers,
                                      .events = config->debug.trace_events,
                                      .connections = config->server.worker_connections };

    instruments->shared = shared;
    shared->tables = &instruments->tables;
    if (tables_create(&instruments->tables, &plan) == 0 &&
        make_profile_files(instruments) == 0) {
        instruments_want_samples(instruments, &config->profile);
        return 0;
    }
    log_error("profiles: can't be set up");
    return -1;
}

void
instruments_release(struct instruments *instruments)
{
    profile_files_destroy(instruments->profile_files);
    tables_destroy(&instruments->tables);
    free(instruments->prefixes[0]);
    free(instruments->prefixes[1]);
}
