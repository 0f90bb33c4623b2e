/* SPDX-License-Identifier: BSD-2-Clause */
/* generation: builds and frees what a set of workers shares. Processes are supervise.c's
 * matter. */
#include "master/generation.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "config/config_free.h"
#include "config/config_load.h"
#include "master/footprint.h"
#include "master/openers.h"
#include "sandbox/privileges.h"
#include "sandbox/sandbox.h"
#include "shared/counters.h"

struct config *
generation_configure(const char *file, const struct config_override *overrides,
                     size_t override_count, config_asset_check *check, struct report *report)
{
    return config_load_checked(file, overrides, override_count, check, report);
}

static int
hang_doorbells(struct generation *generation)
{
    unsigned workers = generation->shared.config->server.workers;

    if ((generation->ready_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0)
        return -errno;
    if ((generation->doorbells = calloc(workers, sizeof(*generation->doorbells))) == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < workers; i++)
        if ((generation->doorbells[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0)
            return -errno;
    return 0;
}

static int
open_handoffs(struct generation *generation)
{
    const struct config_server *server = &generation->shared.config->server;
    int error = 0;

    if (server->workers == 1 || server->steering == BINDING_NONE)
        return 0;
    if ((generation->handoffs = calloc(server->workers, sizeof(*generation->handoffs))) == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < server->workers && error == 0; i++)
        error = handoff_open(&generation->handoffs[i]);
    return error;
}

static void
close_descriptors(const struct generation *generation)
{
    if (generation->ready_fd > 0)
        close(generation->ready_fd);
    for (unsigned i = 0; i < generation->shared.config->server.workers; i++) {
        if (generation->handoffs && generation->handoffs[i].give > 0)
            handoff_close(&generation->handoffs[i]);
        if (generation->doorbells && generation->doorbells[i] > 0)
            close(generation->doorbells[i]);
    }
}

void
generation_let_go(const struct generation *generation)
{
    for (; generation; generation = generation->older) {
        close_descriptors(generation);
        openers_let_go(generation);
    }
}

void
generation_let_go_of_processes(const struct generation *generation)
{
    for (; generation; generation = generation->older)
        for (unsigned i = 0; i <= generation->shared.config->server.workers; i++)
            process_close(&generation->processes[i]);
}

void
generation_let_go_of_access_logs(struct generation *generation, const struct generation *own)
{
    for (; generation; generation = generation->older)
        if (generation != own)
            access_file_close(&generation->access_log);
}

void
generation_let_go_of_memory(const struct generation *generation)
{
    for (; generation; generation = generation->older)
        for (unsigned i = 0; i < generation->shared.config->server.workers; i++)
            proc_memory_close(&generation->memory[i]);
}

void
generation_inherit(struct generation *generation, const struct generation *previous)
{
    carryover_add(&generation->gone, &generation->shared, &previous->shared, &previous->gone);
}

static int
label_sections(struct label_names *labels, const struct config *config)
{
    struct label_name *items = calloc(config->asset_count, sizeof(*items));

    if (items == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < config->asset_count; i++) {
        const struct config_asset *asset = &config->assets[i];

        items[i] = (struct label_name){ .object = asset->url,
                                        .variant = config_variant_name(asset->variant) };
    }
    *labels = (struct label_names){ .items = items, .count = config->asset_count };
    return 0;
}

/* Only where something is limited by client. */
static int
count_clients(struct shared *shared)
{
    const struct config_server *server = &shared->config->server;

    if (server->limit_connections == 0 && server->limit_requests == 0)
        return 0;
    return census_create(&shared->census, server->workers,
                         server->worker_connections + server->max_refused,
                         server->limit_prefix);
}

/* All of it but the tables, which instruments.c makes. */
static int
generation_share(struct shared *shared, const struct shared *previous)
{
    const struct config *config = shared->config;

    const unsigned sections = (unsigned)config->asset_count;

    if (slots_create(&shared->slots, config->server.workers, sections) < 0 ||
        (shared->roster = roster_create(config->server.workers)) == NULL ||
        label_sections(&shared->labels, config) < 0 || count_clients(shared) < 0)
        return -ENOMEM;
    shared->roster->started = previous ? previous->roster->started : clock_wall();
    return 0;
}

static void
generation_unshare(struct shared *shared)
{
    free((void *)(uintptr_t)shared->labels.items);
    roster_destroy(shared->roster);
    slots_destroy(&shared->slots);
    census_destroy(&shared->census);
    config_free((struct config *)(uintptr_t)shared->config);
}

/* What the master needs if its workers have another user. See capabilities(7). */
static const struct {
    int capability;
    const char *name;
    const char *effect;
} needed[] = {
    { CAP_SETUID, "CAP_SETUID", "become that user" },
    { CAP_SETGID, "CAP_SETGID", "take that user's groups" },
    { CAP_KILL, "CAP_KILL", "be stopped" },
};

/* Workers of another user that can't be signalled, for one, would never drain. */
static int
check_capabilities(const char *user)
{
    for (size_t i = 0; i < COUNT(needed); i++) {
        if (privileges_has(needed[i].capability))
            continue;
        log_error("[server] user %s: the capability %s is missing, without which its workers "
                  "can't %s; accepted: with %s, or no user",
                  user, needed[i].name, needed[i].effect, needed[i].name);
        return -1;
    }
    return 0;
}

static int
confine(struct confinement *confinement, const struct config_server *server)
{
    const struct identity *identity = &confinement->identity;

    sandbox_probe(server->sandbox);
    confinement->mode = server->sandbox;
    if (identity_find("[server] user", server->user, server->group, &confinement->identity) < 0)
        return -1;
    if (identity->user == (uid_t)-1 || identity->user == getuid())
        return 0;
    return check_capabilities(server->user);
}

static int
build(struct generation *generation, const struct generation *previous)
{
    struct shared *shared = &generation->shared;
    const struct config_server *server = &shared->config->server;
    char memory[FOOTPRINT_TEXT_SIZE];

    footprint_text(memory, shared->config);
    log_info("memory: %s", memory);
    shared->confinement = &generation->confinement;
    if (confine(&generation->confinement, server) < 0)
        return -1;
    if (access_file_open(&generation->access_log, shared->config,
                         previous ? &previous->access_log : NULL) < 0 ||
        (generation->catalogue = catalogue_create(shared->config)) == NULL)
        return -1;
    shared->catalogue = generation->catalogue;
    generation->processes = calloc(server->workers + 1, sizeof(*generation->processes));
    generation->memory = calloc(server->workers, sizeof(*generation->memory));
    if (generation->processes && generation->memory &&
        carryover_create(&generation->gone, shared) == 0 && hang_doorbells(generation) == 0 &&
        open_handoffs(generation) == 0 &&
        generation_share(shared, previous ? &previous->shared : NULL) == 0)
        return instruments_create(&generation->instruments, shared);
    log_error("generation: out of memory or descriptors");
    return -1;
}

static void
generation_release(struct generation *generation)
{
    access_file_close(&generation->access_log);
    openers_end(generation);
    for (unsigned i = 0; generation->memory && i < generation->shared.config->server.workers;
         i++)
        proc_memory_close(&generation->memory[i]);
    free(generation->memory);
    instruments_release(&generation->instruments);
    close_descriptors(generation);
    free(generation->handoffs);
    free(generation->doorbells);
    free(generation->processes);
    carryover_free(&generation->gone);
    catalogue_close(generation->catalogue);
    generation_unshare(&generation->shared);
    free(generation);
}

struct generation *
generation_create(struct config *config, const struct generation *previous, unsigned number)
{
    struct generation *generation = calloc(1, sizeof(*generation));

    if (generation == NULL) {
        log_error("generation: out of memory");
        config_free(config);
        return NULL;
    }
    generation->shared.config = config;
    generation->shared.generation = number;
    generation->access_log = ACCESS_FILE_NONE;
    if (build(generation, previous) == 0)
        return generation;
    generation_release(generation);
    return NULL;
}

static void
retire_entry(const struct roster_entry *entry, struct slot *total)
{
    total->retired_ns += entry->retired_ns;
    total->retired_user_ns += entry->retired_user_ns;
    total->retired_system_ns += entry->retired_system_ns;
}

/* What the roster knows of processes that have ended. */
static void
retire(const struct roster *roster, struct slot *total)
{
    for (unsigned i = 0; i < roster->workers; i++)
        retire_entry(&roster->entries[i], total);
    total->restarts += roster_restarts(roster);
}

void
generation_destroy(struct generation *generation, struct generation *successor,
                   struct slot *total)
{
    counters_sum(&generation->shared.slots, total);
    retire(generation->shared.roster, total);
    if (successor)
        carryover_add_workers(&successor->gone, &successor->shared, &generation->shared);
    generation_release(generation);
}
