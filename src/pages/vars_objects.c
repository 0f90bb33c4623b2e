/* SPDX-License-Identifier: BSD-2-Clause */
/* vars_objects: see vars_objects.h. */
#include "pages/vars_objects.h"

#include <stdlib.h>

#include "base/count.h"
#include "pages/totals.h"
#include "pages/vars_value.h"

static json_t *
one_object(const struct view *view, const struct config_asset *asset, uint64_t length)
{
    const struct slot_counters counters = totals_counters(view, asset->section);
    json_t *value = json_object();

    json_object_set_new(value, "variant", json_string(config_variant_name(asset->variant)));
    vars_value_put(value, "length", length);
    vars_value_counters(value, &counters);
    return value;
}

static void
put_digest(json_t *value, const struct object *object)
{
    char text[2 * OBJECT_DIGEST_SIZE + 1];

    object_digest_text(object, text);
    if (!object->absent)
        json_object_set_new(value, "sha256", json_string(text));
}

/* Lengths of an object in other codings, if it has any. */
static void
put_forms(json_t *value, const struct catalogue *catalogue, const struct object *object)
{
    const uint32_t *numbers = catalogue->encoded.items[object->forms].number;
    json_t *forms = json_object();

    for (enum coding i = CODING_IDENTITY; i < CODING_COUNT; i++)
        if (numbers[i] > 0)
            vars_value_put(forms, coding_info(i)->name, catalogue->objects[numbers[i]].length);
    json_object_set_new(value, "encoded", forms);
}

/* The largest first; equal ones in their order. */
static int
compare_lengths(const void *a, const void *b)
{
    const struct object *const *left = a;
    const struct object *const *right = b;

    if ((*left)->length != (*right)->length)
        return (*left)->length > (*right)->length ? -1 : 1;
    return *left < *right ? -1 : 1;
}

json_t *
vars_objects(const struct view *view, unsigned limit)
{
    const struct catalogue *catalogue = view->shared->catalogue;
    const struct object **largest = calloc(catalogue->assets + 1, sizeof(*largest));
    json_t *value = largest ? json_object() : NULL;
    size_t count = 0;

    for (size_t i = 0; largest && i < catalogue->assets; i++)
        if (catalogue->objects[i].coding == CODING_IDENTITY)
            largest[count++] = &catalogue->objects[i];
    if (largest && limit < count)
        qsort(largest, count, sizeof(*largest), compare_lengths);
    for (size_t i = 0; largest && i < count && i < limit; i++) {
        json_t *object = one_object(view, largest[i]->asset, largest[i]->length);

        put_digest(object, largest[i]);
        if (largest[i]->forms > 0)
            put_forms(object, catalogue, largest[i]);
        json_object_set_new(value, largest[i]->asset->url, object);
    }
    free(largest);
    return value;
}

json_t *
vars_objects_trees(const struct view *view, unsigned limit)
{
    const struct catalogue *catalogue = view->shared->catalogue;
    json_t *trees = json_object();

    for (size_t i = 0; i < catalogue->tree_count && i < limit; i++) {
        const struct tree *tree = &catalogue->trees[i];
        json_t *value = one_object(view, tree->asset, tree->bytes);

        vars_value_put(value, "files", tree->files);
        json_object_set_new(trees, tree->asset->url, value);
    }
    return trees;
}

/* Half, or 99 %, of the responses took at most as long; null: there were none. */
static void
put_quantiles(json_t *object, const char *half, const char *most,
              const struct histogram *histogram)
{
    if (histogram_count(histogram) == 0) {
        json_object_set_new(object, half, json_null());
        json_object_set_new(object, most, json_null());
        return;
    }
    vars_value_seconds(object, half,
                       (uint64_t)histogram_quantile(histogram, &histogram_time, 0.5));
    vars_value_seconds(object, most,
                       (uint64_t)histogram_quantile(histogram, &histogram_time, 0.99));
}

static json_t *
one_section(const struct view *view, unsigned number)
{
    const struct config_asset *section = &view->shared->config->assets[number];
    const struct slot_timing timing = totals_timing(view, number);
    const struct slot_counters counters = totals_counters(view, number);
    json_t *value = json_object();

    json_object_set_new(value, "section", json_string(section->url));
    json_object_set_new(value, "variant", json_string(config_variant_name(section->variant)));
    vars_value_counters(value, &counters);
    put_quantiles(value, "time_to_first_byte_p50_seconds", "time_to_first_byte_p99_seconds",
                  &timing.first_byte);
    put_quantiles(value, "transfer_p50_seconds", "transfer_p99_seconds", &timing.transfer);
    vars_value_put(value, "stalls", histogram_count(&timing.stall));
    vars_value_seconds(value, "stall_seconds", timing.stall.sum);
    return value;
}

json_t *
vars_objects_sections(const struct view *view, unsigned limit)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < view->shared->config->asset_count && i < limit; i++)
        json_array_append_new(list, one_section(view, i));
    return list;
}
