/* SPDX-License-Identifier: BSD-2-Clause */
/* generation: builds and frees what a set of workers shares. Processes are supervise.c's
 * matter. */
#include "master/generation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "config/config_free.h"
#include "config/config_load.h"
#include "sandbox/sandbox.h"
#include "shared/counters.h"

struct config *
generation_configure(const char *file, const struct config_override *overrides,
                     size_t override_count, struct report *report)
{
    return config_load_checked(file, overrides, override_count, catalogue_check, report);
}

static int
hang_doorbells(struct generation *generation)
{
    unsigned workers = generation->config->server.workers;

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
    const struct config_server *server = &generation->config->server;
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
    for (unsigned i = 0; i < generation->config->server.workers; i++) {
        if (generation->handoffs && generation->handoffs[i].give > 0)
            handoff_close(&generation->handoffs[i]);
        if (generation->doorbells && generation->doorbells[i] > 0)
            close(generation->doorbells[i]);
    }
}

void
generation_let_go(const struct generation *generation)
{
    for (; generation; generation = generation->older)
        close_descriptors(generation);
}

void
generation_let_go_of_places(const struct generation *generation)
{
    for (; generation; generation = generation->older)
        for (unsigned i = 0; i <= generation->config->server.workers; i++)
            place_close(&generation->places[i]);
}

void
generation_set_memory(const struct generation *generation, unsigned worker, int fd)
{
    if (generation->memory[worker] > 0)
        close(generation->memory[worker]);
    generation->memory[worker] = fd > 0 ? fd : 0;
}

void
generation_let_go_of_memory(const struct generation *generation)
{
    for (; generation; generation = generation->older)
        for (unsigned i = 0; i < generation->config->server.workers; i++)
            generation_set_memory(generation, i, -1);
}

/* Adds what is counted of objects to what they have become. */
static void
bequeath(const struct catalogue *from, const struct slot_counters *counters,
         const struct catalogue *to, struct slot_counters *gone)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct object *heir = catalogue_find_heir(to, &from->objects[i]);

        if (heir)
            slot_counters_sum(&gone[heir->index], &counters[i]);
    }
}

static struct slot_counters *
gone_of(const struct catalogue *catalogue, const struct generation *previous)
{
    size_t size = catalogue->count * sizeof(struct slot_counters);
    struct slot_counters *gone = aligned_alloc(SLOTS_LINE, size);

    if (gone == NULL)
        return NULL;
    memset(gone, 0, size);
    if (previous)
        bequeath(previous->catalogue, previous->gone, catalogue, gone);
    return gone;
}

static int
build(struct generation *generation, const struct generation *previous)
{
    const struct config *config = generation->config;
    const struct config_server *server = &config->server;

    if (identity_find("[server] user", server->user, server->group,
                      &generation->confinement.identity) < 0)
        return -1;
    sandbox_probe(server->sandbox);
    generation->confinement.mode = server->sandbox;
    generation->instruments.confinement = &generation->confinement;
    generation->catalogue = catalogue_open(config, previous ? previous->catalogue : NULL);
    if (generation->catalogue == NULL)
        return -1;
    generation->gone = gone_of(generation->catalogue, previous);
    generation->places = calloc(server->workers + 1, sizeof(*generation->places));
    generation->memory = calloc(server->workers, sizeof(*generation->memory));
    if (generation->places && generation->memory && generation->gone &&
        hang_doorbells(generation) == 0 && open_handoffs(generation) == 0 &&
        slots_create(&generation->slots, server->workers, (unsigned)config->asset_count) == 0)
        return instruments_create(&generation->instruments, config, generation->catalogue,
                                  generation->number, previous ? &previous->instruments : NULL);
    log_error("generation: out of memory or descriptors");
    return -1;
}

static void
generation_release(struct generation *generation)
{
    for (unsigned i = 0; generation->memory && i < generation->config->server.workers; i++)
        generation_set_memory(generation, i, -1);
    free(generation->memory);
    instruments_release(&generation->instruments);
    slots_destroy(&generation->slots);
    close_descriptors(generation);
    free(generation->handoffs);
    free(generation->doorbells);
    free(generation->places);
    free(generation->gone);
    catalogue_close(generation->catalogue);
    config_free(generation->config);
    free(generation);
}

struct generation *
generation_create(struct config *config, const struct generation *previous)
{
    struct generation *generation = calloc(1, sizeof(*generation));

    if (generation == NULL) {
        log_error("generation: out of memory");
        config_free(config);
        return NULL;
    }
    generation->config = config;
    generation->number = previous ? previous->number + 1 : 0;
    if (build(generation, previous) == 0)
        return generation;
    generation_release(generation);
    return NULL;
}

static void
retire_place(const struct roster_place *place, struct slot *total)
{
    total->retired_ns += place->retired_ns;
    total->retired_user_ns += place->retired_user_ns;
    total->retired_system_ns += place->retired_system_ns;
}

/* What the roster knows of processes that have ended. */
static void
retire(const struct roster *roster, struct slot *total)
{
    for (unsigned i = 0; i < roster->workers; i++)
        retire_place(&roster->places[i], total);
    total->restarts += roster_restarts(roster);
}

void
generation_destroy(struct generation *generation, struct generation *heir, struct slot *total)
{
    counters_sum(&generation->slots, total);
    retire(generation->instruments.roster, total);
    for (unsigned i = 0; heir && i < generation->slots.workers; i++)
        bequeath(generation->catalogue, slots_object(&generation->slots, i, 0), heir->catalogue,
                 heir->gone);
    generation_release(generation);
}
