/* SPDX-License-Identifier: BSD-2-Clause */
/* route: see route.h. */
#include "observer/route.h"

const char *
route_methods(const struct route *route)
{
    return route->posts ? "GET, HEAD, POST" : "GET, HEAD";
}
