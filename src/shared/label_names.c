/* SPDX-License-Identifier: BSD-2-Clause */
/* label_names: an array; labels outside it have no name. */
#include "shared/label_names.h"

const struct label_name *
label_names_find(const struct label_names *names, uint32_t label)
{
    static const struct label_name none = { NULL, NULL };

    return names && label > 0 && label <= names->count ? &names->items[label - 1] : &none;
}

const char *
label_names_object(const struct label_names *names, uint32_t label)
{
    return label_names_find(names, label)->object;
}
