/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * census: how many connections and responses each client address has, in shared memory. Each
 * worker has a table of its own, which the others add up. A compromised worker can fill its
 * table with anything: then others count too many, and refuse clients, or too few.
 */
#ifndef SHARED_CENSUS_H
#define SHARED_CENSUS_H

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

enum census_what { CENSUS_CONNECTIONS, CENSUS_RESPONSES, CENSUS_KINDS };

struct census {
    void *memory; /* MAP_SHARED, zeroed; NULL: nothing is counted */
    size_t size;
    unsigned workers;
    size_t entries;     /* of a worker's table, a power of two */
    unsigned prefix;    /* bits of an IPv6 address that tell a client */
    uint64_t secret[2]; /* so that no client can choose its place */
};

/* connections: the most that a worker has. 0 or a negative errno. */
int census_create(struct census *census, unsigned workers, unsigned connections,
                  unsigned prefix) __attribute__((warn_unused_result));
void census_destroy(struct census *census);

/* Empties the worker's table; call when it starts. */
void census_begin(const struct census *census, unsigned worker);

/* What stands for the client; 0: it is not counted, as clients of Unix sockets are not. */
uint64_t census_key(const struct census *census, const struct address *address);

/* In the worker's own table. What finds no place there is not counted. */
void census_add(const struct census *census, unsigned worker, uint64_t key,
                enum census_what what);
void census_remove(const struct census *census, unsigned worker, uint64_t key,
                   enum census_what what);

/* Of all workers. */
uint64_t census_count(const struct census *census, uint64_t key, enum census_what what);

#endif
