/* SPDX-License-Identifier: BSD-2-Clause */
/* label_names: what the labels of one generation (see label.h) stand for. */
#ifndef SHARED_LABEL_NAMES_H
#define SHARED_LABEL_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct label_name {
    const char *object;  /* path; NULL: none */
    const char *variant; /* NULL: none */
};

struct label_names {
    const struct label_name *items; /* by number of the label, less one */
    size_t count;
};

/* Never NULL; names may be. */
const struct label_name *label_names_find(const struct label_names *names, uint32_t label);

/* The object of a label; NULL: none. names may be NULL. */
const char *label_names_object(const struct label_names *names, uint32_t label);

#endif
