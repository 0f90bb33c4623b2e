/* SPDX-License-Identifier: BSD-2-Clause */
/* route: a row in the table of pages: the path, the function that serves it, what it accepts,
 * and what it is for. */
#ifndef OBSERVER_ROUTE_H
#define OBSERVER_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "observer/page.h"

struct route {
    const char *path; /* whole, or the part behind "/debug/pprof/" and "/pprof/" */
    void (*write)(struct page *page);
    bool quick;     /* is quick, and needs no seat (seat.h) */
    bool posts;     /* POST is a method of it, besides GET and HEAD */
    bool addresses; /* the query is a list of addresses instead of parameters */
    struct query_rules rules;

    /* For the index. */
    const char *example; /* query of a link that people can look at; NULL: none */
    void (*count)(const struct view *view, FILE *out); /* NULL: nothing can be counted */
    const char *about;
};

/* Finds the page at a path; NULL: there is none. */
typedef const struct route *route_finder(struct span path);

/* A path of its own, or one of those under "/debug/pprof/"? */
static inline bool
route_is_whole(const struct route *route)
{
    return route->path[0] == '/';
}

/* The value of Allow. */
const char *route_methods(const struct route *route);

#endif
