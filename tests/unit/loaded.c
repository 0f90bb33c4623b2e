/* SPDX-License-Identifier: BSD-2-Clause */
/* loaded: see loaded.h. */
#include "loaded.h"

static struct load_progress progress;

static int
open_and_load(struct object *object, const struct object *previous)
{
    const int error = object->ops->open(object);

    return error < 0 ? error : object->ops->load(object, previous, &progress);
}

int
loaded_object(struct object *object, const struct object *previous)
{
    const int error = open_and_load(object, previous);

    if (error < 0 || object->ops->attach == NULL)
        return error;
    return object->ops->attach(object, previous);
}

struct catalogue *
loaded_catalogue(const struct config *config, const struct catalogue *previous)
{
    struct catalogue *catalogue = catalogue_create(config);

    for (size_t i = 0; catalogue && i < catalogue->count; i++) {
        struct object *object = &catalogue->objects[i];

        if (object->ops->load == NULL ||
            (open_and_load(object, catalogue_find_file(previous, object->asset)) == 0 &&
             catalogue_attach(catalogue, object, previous) == 0))
            continue;
        catalogue_close(catalogue);
        return NULL;
    }
    return catalogue;
}
