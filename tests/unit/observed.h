/* SPDX-License-Identifier: BSD-2-Clause */
/* observed: a daemon that exists only in memory, for the observer to look at. */
#ifndef UNIT_OBSERVED_H
#define UNIT_OBSERVED_H

#include "observer/view.h"

struct observed {
    struct config config;
    struct catalogue catalogue;
    struct tables tables;
    struct shared shared;
    struct view view;
};

/* Two clients at a time, no objects, no process; the command line is "tiffd", "-c", "a b". */
void observed_create(struct observed *observed, unsigned workers);
void observed_destroy(struct observed *observed);

#endif
