/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared: what all processes of one generation share. The master creates it before it forks;
 * whatever needs the generation holds a pointer to it. Each process writes only its own slot
 * and its own tables, and the master also the roster; all else is constant.
 */
#ifndef SHARED_SHARED_H
#define SHARED_SHARED_H

#include "shared/census.h"
#include "shared/label_names.h"
#include "shared/roster.h"
#include "shared/slots.h"

struct catalogue;
struct config;
struct confinement;
struct tables;

struct shared {
    unsigned generation; /* counts reloads, from 0 */
    const struct config *config;
    const struct catalogue *catalogue;
    const struct confinement *confinement; /* of all its processes */
    const struct tables *tables;           /* for profiles; never NULL */
    struct slots slots;                    /* each worker writes only its own */
    struct census census;                  /* of clients; the same */
    struct roster *roster;                 /* read-only in workers and the observer */
    struct label_names labels;             /* section i is label i + 1 */
};

#endif
