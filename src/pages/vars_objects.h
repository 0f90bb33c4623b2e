/* SPDX-License-Identifier: BSD-2-Clause */
/* vars_objects: what has been sent of objects, and how long responses of sections took, for
 * vars.h. */
#ifndef PAGES_VARS_OBJECTS_H
#define PAGES_VARS_OBJECTS_H

#include <jansson.h>

#include "observer/view.h"

/* By path; the largest ones, at most limit. NULL without memory. */
json_t *vars_objects(const struct view *view, unsigned limit)
    __attribute__((warn_unused_result));

/* A list, at most limit. NULL without memory. */
json_t *vars_objects_sections(const struct view *view, unsigned limit)
    __attribute__((warn_unused_result));

/* "trees": of so many sections, what they hold and what was answered from it. */
json_t *vars_objects_trees(const struct view *view, unsigned limit);

#endif
