/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared: what all processes of one generation share. The master makes it before it forks;
 * whoever is given a generation holds a pointer to it. Of what it points to, processes change
 * their own slot and their own tables, and the master the roster; nothing else ever changes.
 */
#ifndef SHARED_SHARED_H
#define SHARED_SHARED_H

#include "shared/label_names.h"
#include "shared/roster.h"
#include "shared/slots.h"

struct catalogue;
struct config;
struct confinement;
struct tables;

struct shared {
    unsigned generation; /* its number, counts reloads from 0 */
    const struct config *config;
    const struct catalogue *catalogue;
    const struct confinement *confinement; /* of all its processes */
    const struct tables *tables;           /* of profiles; never NULL */
    struct slots slots;                    /* a worker writes its own slot only */
    struct roster *roster;                 /* read-only in workers and the observer */
    struct label_names labels;             /* section i is label i + 1 */
};

#endif
