/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger: for each object of an [asset] section, and for each pack of a tree's, where its bytes
 * are and how many of them are in memory: once for all, and as far as each worker has them in
 * its page tables. Objects of draining generations are
 * listed if they hold memory of their own.
 */
#ifndef PAGES_LEDGER_H
#define PAGES_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "observer/view.h"

struct ledger_entry {
    const struct view *view;
    const struct config_asset *asset; /* its section */
    enum coding coding;               /* of the form of an object that this is */
    int fd;                           /* holds the bytes; -1: unknown */
    uint64_t offset;                  /* of the bytes in it */
    const char *bytes;                /* where workers map them; NULL: they do not */
    bool further;                     /* another entry of its section comes before */
    uint64_t size;     /* bytes of what is held: the representation, its file, or a pack */
    uint64_t resident; /* of them in memory */
    uint64_t huge;     /* of them that a worker maps by huge pages */
    bool known;        /* resident is */
    bool huge_known;
    bool shared; /* counted with an entry before: the same file, or the same memory */
};

struct ledger {
    struct ledger_entry *entries; /* the largest first */
    size_t count;
    uint64_t size; /* sums of all that are not shared */
    uint64_t resident;
    size_t unknown; /* entries whose residency is */
};

#define LEDGER_QUICK (UINT64_C(16) << 30) /* bytes; for replies that must not take long */

/* 0 or -ENOMEM. Objects beyond so many bytes in all are not looked at, and unknown. */
int ledger_take(struct ledger *ledger, const struct view *view, uint64_t most)
    __attribute__((warn_unused_result));
void ledger_free(struct ledger *ledger);

/* Fills in huge. */
void ledger_look_at_mappings(struct ledger *ledger, const struct view *view);

/* "memory_file" (cached), "program_file" (embedded) or "page_cache" (streaming). */
const char *ledger_location(const struct ledger_entry *entry);

/* What of it a worker of its generation has in its page tables. False: unknown, as when it has
 * no process. */
bool ledger_mapped(const struct ledger_entry *entry, unsigned worker, uint64_t *bytes)
    __attribute__((warn_unused_result));

#endif
