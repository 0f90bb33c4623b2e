/* SPDX-License-Identifier: BSD-2-Clause */
/* label_names: the objects that the labels (label.h) of one generation stand for. */
#ifndef SHARED_LABEL_NAMES_H
#define SHARED_LABEL_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct label_name {
    const char *object;  /* path; NULL: none */
    const char *variant; /* NULL: none */
};

struct label_names {
    const struct label_name *items; /* by label, minus 1 */
    size_t count;
};

/* Never returns NULL, but the names in the result may be NULL. */
const struct label_name *label_names_find(const struct label_names *names, uint32_t label);

/* The object of a label; NULL: none. names may be NULL. */
const char *label_names_object(const struct label_names *names, uint32_t label);

#endif
