/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encoded: objects in several content codings. Each encoded form is an object of its own, with
 * the media type and the field lines of the object without a coding, and the bytes of another
 * file (FILE.gz). No path leads to it.
 */
#ifndef OBJECT_ENCODED_H
#define OBJECT_ENCODED_H

#include "base/coding.h"
#include "http/request.h"
#include "object/object.h"
#include "object/path_index.h"

/* The forms of one object: their numbers, by coding; 0: there is none. */
struct encoded_forms {
    uint32_t number[CODING_COUNT];
};

/* The section of a form that an object of an [asset] section may have: its file is FILE.gz. */
struct encoded_section {
    struct config_asset asset; /* borrowed, but for the name of the file */
    char *file;
};

struct encoded {
    struct encoded_forms *items; /* the first is of no object */
    size_t count;
    size_t capacity;
    struct encoded_section *sections;
    size_t section_count;
};

/* The most forms that [asset] sections may have. */
size_t encoded_count(const struct config *config);

/* Adds those that the *count objects of [asset] sections may have behind them; whether their
 * files are there is known when they are loaded. 0 or -ENOMEM. */
int encoded_add_sections(struct encoded *encoded, struct object *objects, size_t *count,
                         const struct mime_types *types) __attribute__((warn_unused_result));

/* The form of an object is to be made when it is loaded. */
void encoded_make(struct object *form);

/*
 * When all are loaded: connects forms with their objects. The first objects (assets) are those
 * of [asset] sections. The others are of trees, whose files may be forms of other files of the
 * same tree: there is space for an object for each, behind the *count that there are. 0 or
 * -ENOMEM.
 */
int encoded_link(struct encoded *encoded, struct object *objects, size_t assets, size_t *count,
                 const struct path_index *index) __attribute__((warn_unused_result));

/* The form of the object that the request prefers, which may be the object itself. */
const struct object *encoded_choose(const struct encoded *encoded, const struct object *objects,
                                    const struct object *object, const struct request *request);

void encoded_free(struct encoded *encoded);

#endif
