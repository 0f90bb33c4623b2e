/* SPDX-License-Identifier: BSD-2-Clause */
/* generation: builds and frees what a set of workers shares. Processes are supervise.c's
 * matter. */
#include "master/generation.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct config *
generation_configure(const char *file, const struct config_override *overrides,
                     size_t override_count, struct report *report)
{
    return config_load_checked(file, overrides, override_count, catalogue_check, report);
}

/* The configuration has been checked: the names exist unless they vanished since. */
static int
look_up_user(struct generation *generation)
{
    const struct config_server *server = &generation->config->server;
    const struct passwd *user;
    const struct group *group;

    generation->user = (uid_t)-1;
    generation->group = (gid_t)-1;
    if (server->user == NULL)
        return 0;
    if (geteuid() != 0) {
        log_notice("user %s: not changed, since only root may", server->user);
        return 0;
    }
    user = getpwnam(server->user);
    group = server->group ? getgrnam(server->group) : NULL;
    if (user == NULL || (server->group && group == NULL)) {
        log_error("user %s, group %s: not known", server->user,
                  server->group ? server->group : "the user's own");
        return -1;
    }
    generation->user = user->pw_uid;
    generation->group = group ? group->gr_gid : user->pw_gid;
    return 0;
}

static int
hang_doorbells(struct generation *generation)
{
    unsigned workers = generation->config->server.workers;

    if ((generation->doorbells = calloc(workers, sizeof(*generation->doorbells))) == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < workers; i++)
        if ((generation->doorbells[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0)
            return -errno;
    return 0;
}

static void
take_down_doorbells(struct generation *generation)
{
    for (unsigned i = 0; generation->doorbells && i < generation->config->server.workers; i++)
        if (generation->doorbells[i] > 0)
            close(generation->doorbells[i]);
    free(generation->doorbells);
}

static int
build(struct generation *generation, const struct generation *previous)
{
    const struct config *config = generation->config;

    if (look_up_user(generation) < 0)
        return -1;
    generation->catalogue = catalogue_open(config, previous ? previous->catalogue : NULL);
    if (generation->catalogue == NULL)
        return -1;
    generation->places = calloc(config->server.workers, sizeof(*generation->places));
    if (generation->places && hang_doorbells(generation) == 0 &&
        slots_create(&generation->slots, config->server.workers,
                     (unsigned)config->asset_count) == 0)
        return 0;
    log_error("generation: out of memory or descriptors");
    return -1;
}

static void
release(struct generation *generation)
{
    slots_destroy(&generation->slots);
    take_down_doorbells(generation);
    free(generation->places);
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
    release(generation);
    return NULL;
}

void
generation_destroy(struct generation *generation, struct slot *total)
{
    slots_sum(&generation->slots, total);
    release(generation);
}
