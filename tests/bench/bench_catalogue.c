/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_catalogue: route look-up in a catalogue of one and of a thousand objects, and of a path
 * that is not there. Exports its table. Asserts when the result is wrong.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "object/catalogue.h"

enum { OBJECTS = 1000 };

static struct object objects[OBJECTS];
static struct config_asset assets[OBJECTS];
static char paths[OBJECTS][16];

static struct catalogue
make_catalogue(size_t count)
{
    struct catalogue catalogue = { .objects = objects, .count = count };

    for (size_t i = 0; i < count; i++) {
        snprintf(paths[i], sizeof(paths[i]), "/map/%04zu", i);
        assets[i].path = paths[i];
        objects[i] = (struct object){ .asset = &assets[i],
                                      .path = paths[i],
                                      .path_length = (uint32_t)strlen(paths[i]) };
    }
    if (path_index_create(&catalogue.index, objects, count) < 0)
        abort();
    return catalogue;
}

static void
look_up(struct bench *bench, size_t count, struct span path, bool found)
{
    struct catalogue catalogue = make_catalogue(count);

    bench_reset();
    for (uint64_t i = 0; i < bench->n; i++) {
        const struct object *object = catalogue_find(&catalogue, path);

        assert((object != NULL) == found);
        bench_keep((uintptr_t)object);
    }
    path_index_free(&catalogue.index);
}

static void
run_one(struct bench *bench)
{
    look_up(bench, 1, SPAN("/map/0000"), true);
}

static void
run_thousand(struct bench *bench)
{
    look_up(bench, OBJECTS, SPAN("/map/0777"), true);
}

static void
run_missing(struct bench *bench)
{
    look_up(bench, OBJECTS, SPAN("/favicon.ico"), false);
}

const struct benchmark bench_catalogue[] = {
    { "RouteOne", run_one },
    { "RouteThousand", run_thousand },
    { "RouteMissing", run_missing },
    { NULL, NULL },
};
