/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encoded: the forms of an object are found when the catalogue is complete, so that a request
 * needs no second look-up. An object has one number more, which most leave at 0.
 */
#include "object/encoded.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/accept_encoding.h"
#include "object/tree.h"

/* --- forms -------------------------------------------------------------------------------- */

/* The first item is left empty: 0 stands for an object without other forms. */
static bool
make_room(struct encoded *encoded)
{
    const size_t capacity = encoded->capacity > 0 ? 2 * encoded->capacity : 64;
    struct encoded_forms *items = encoded->items;

    if (encoded->count < encoded->capacity)
        return true;
    if ((items = reallocarray(items, capacity, sizeof(*items))) == NULL)
        return false;
    if (encoded->count == 0)
        items[encoded->count++] = (struct encoded_forms){ { 0 } };
    encoded->items = items;
    encoded->capacity = capacity;
    return true;
}

/* objects[form] is a form of objects[object]. */
static int
link_form(struct encoded *encoded, struct object *objects, size_t object, size_t form)
{
    if (objects[object].forms == 0) {
        if (!make_room(encoded))
            return -ENOMEM;
        objects[object].forms = (uint32_t)encoded->count;
        encoded->items[encoded->count++] = (struct encoded_forms){ { 0 } };
    }
    encoded->items[objects[object].forms].number[objects[form].coding] = (uint32_t)form;
    return 0;
}

/* --- [asset] sections --------------------------------------------------------------------- */

size_t
encoded_count(const struct config *config)
{
    size_t count = 0;

    for (size_t i = 0; i < config->asset_count; i++)
        if (!config->assets[i].tree)
            count += config->assets[i].precompressed.count + config->assets[i].compress.count;
    return count;
}

/* Could the form's file be there? */
static bool
may_be_there(const struct config_asset *asset, enum coding coding)
{
    return coding_listed(&asset->precompressed, coding) &&
           (asset->variant != VARIANT_EMBEDDED || embedded_has(asset));
}

/* An object that may turn out to have no file. */
static int
add_form(struct encoded *encoded, const struct object *object, enum coding coding,
         struct object *form, size_t *count, const struct mime_types *types)
{
    struct encoded_section *section = &encoded->sections[encoded->section_count];

    if (asprintf(&section->file, "%s%s", object->asset->file, coding_info(coding)->suffix) < 0)
        return -ENOMEM;
    encoded->section_count++;
    section->asset = *object->asset;
    section->asset.file = section->file;
    section->asset.content_type = (char *)(uintptr_t)object_content_type(object, types);
    if (!may_be_there(&section->asset, coding) &&
        !coding_listed(&section->asset.compress, coding))
        return 0;
    *form = *object;
    form->asset = &section->asset;
    form->coding = (unsigned char)coding;
    if (!may_be_there(&section->asset, coding))
        encoded_make(form);
    ++*count;
    return 0;
}

void
encoded_make(struct object *form)
{
    form->ops = &object_compressed;
    form->made = true;
}

/* Codings that the section names, in order of preference. */
static size_t
list_codings(const struct config_asset *asset, enum coding codings[static CODING_COUNT])
{
    size_t count = 0;

    for (unsigned i = 0; i < asset->precompressed.count; i++)
        codings[count++] = asset->precompressed.items[i].coding;
    for (unsigned i = 0; i < asset->compress.count; i++)
        if (coding_listed(&asset->precompressed, asset->compress.items[i].coding) == NULL)
            codings[count++] = asset->compress.items[i].coding;
    return count;
}

int
encoded_add_sections(struct encoded *encoded, struct object *objects, size_t *count,
                     const struct mime_types *types)
{
    const size_t whole = *count;
    size_t forms = 0;
    int error = 0;

    for (size_t i = 0; i < whole; i++)
        forms += objects[i].asset->precompressed.count + objects[i].asset->compress.count;
    if ((encoded->sections = calloc(forms + 1, sizeof(*encoded->sections))) == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < whole; i++) {
        enum coding codings[CODING_COUNT];
        const size_t listed = list_codings(objects[i].asset, codings);

        for (size_t j = 0; error == 0 && j < listed; j++)
            error = add_form(encoded, &objects[i], codings[j], &objects[*count], count, types);
    }
    return error;
}

static int
link_sections(struct encoded *encoded, struct object *objects, size_t assets,
              const struct path_index *index)
{
    int error = 0;

    for (size_t i = 0; error == 0 && i < assets; i++)
        if (objects[i].coding != CODING_IDENTITY && !objects[i].missing)
            error = link_form(encoded, objects,
                              path_index_find(index, objects, object_path(&objects[i])), i);
    return error;
}

/* --- files of trees ----------------------------------------------------------------------- */

/* The file that holds this form, if the same tree has it and serves it as it is. */
static uint32_t
find_beside(const struct object *objects, const struct object *object, enum coding coding,
            const struct path_index *index)
{
    char path[TREE_PATH_MAX + 8];
    const int length =
        snprintf(path, sizeof(path), "%s%s", object->path, coding_info(coding)->suffix);
    uint32_t number;

    if ((size_t)length >= sizeof(path))
        return PATH_INDEX_NONE;
    number = path_index_find(index, objects, (struct span){ path, (size_t)length });
    if (number == PATH_INDEX_NONE || objects[number].asset->section != object->asset->section ||
        objects[number].asset->encoding != ENCODING_IDENTITY)
        return PATH_INDEX_NONE;
    return number;
}

/* Where the bytes are, and so the path of their file, is what the two have not in common. */
static struct object
form_of(const struct object *object, const struct object *file, enum coding coding)
{
    struct object form = *file;

    form.asset = object->asset;
    form.lines = object->lines;
    form.content_type = object->content_type;
    form.coding = (unsigned char)coding;
    form.forms = 0;
    return form;
}

static int
find_forms(struct encoded *encoded, struct object *objects, size_t object, size_t *count,
           const struct path_index *index)
{
    const struct coding_list *list = &objects[object].asset->precompressed;
    int error = 0;

    for (unsigned i = 0; error == 0 && i < list->count; i++) {
        const enum coding coding = list->items[i].coding;
        const uint32_t file = find_beside(objects, &objects[object], coding, index);

        if (file == PATH_INDEX_NONE)
            continue;
        objects[*count] = form_of(&objects[object], &objects[file], coding);
        error = link_form(encoded, objects, object, (*count)++);
    }
    return error;
}

int
encoded_link(struct encoded *encoded, struct object *objects, size_t assets, size_t *count,
             const struct path_index *index)
{
    const size_t whole = *count;
    int error = link_sections(encoded, objects, assets, index);

    for (size_t i = assets; error == 0 && i < whole; i++)
        if (objects[i].asset->encoding == ENCODING_IDENTITY)
            error = find_forms(encoded, objects, i, count, index);
    return error;
}

/* --- choosing ----------------------------------------------------------------------------- */

const struct object *
encoded_choose(const struct encoded *encoded, const struct object *objects,
               const struct object *object, const struct request *request)
{
    enum coding codings[CODING_COUNT];
    enum coding chosen;
    const uint32_t *numbers;
    size_t listed;
    size_t count = 0;

    if (object->forms == 0)
        return object;
    numbers = encoded->items[object->forms].number;
    listed = list_codings(object->asset, codings);
    for (size_t i = 0; i < listed; i++)
        if (numbers[codings[i]] > 0 && !objects[numbers[codings[i]]].absent)
            codings[count++] = codings[i];
    chosen = accept_encoding_choose(request, codings, count);
    return chosen == CODING_IDENTITY ? object : &objects[numbers[chosen]];
}

void
encoded_free(struct encoded *encoded)
{
    for (size_t i = 0; i < encoded->section_count; i++)
        free(encoded->sections[i].file);
    free(encoded->sections);
    free(encoded->items);
    *encoded = (struct encoded){ 0 };
}
