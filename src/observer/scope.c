/* SPDX-License-Identifier: BSD-2-Clause */
/* scope: walks the chain of generations. */
#include "observer/scope.h"

#include <stdbool.h>

static bool
is_alive(const struct view *view)
{
    for (unsigned i = 0; i < view->shared->roster->workers; i++)
        if (roster_pid(view->shared->roster, i) > 0)
            return true;
    return false;
}

struct scope
scope_of(const struct view *view, int worker)
{
    struct scope scope = { .count = view->shared->tables->workers, .generations = 1 };

    if (worker >= 0) {
        scope.first = (unsigned)worker;
        scope.count = 1;
        return scope;
    }
    for (unsigned number = 2; (view = view->older) != NULL; number++)
        if (is_alive(view))
            scope.generations = number;
    return scope;
}

unsigned
scope_size(const struct scope *scope, const struct view *newest)
{
    const unsigned workers = newest->shared->tables->workers;
    unsigned size = scope->count;

    if (scope->count > workers || scope->first > workers - scope->count)
        return 0;
    for (unsigned i = 1; i < scope->generations; i++) {
        if ((newest = newest->older) == NULL)
            return 0;
        size += newest->shared->tables->workers;
    }
    return size;
}

const struct view *
scope_worker(const struct scope *scope, const struct view *newest, unsigned number,
             unsigned *worker)
{
    const struct view *view = newest;

    *worker = scope->first + number;
    if (number < scope->count)
        return view;
    number -= scope->count;
    for (unsigned i = 1; i < scope->generations; i++) {
        view = view->older;
        *worker = number;
        if (number < view->shared->tables->workers)
            return view;
        number -= view->shared->tables->workers;
    }
    return NULL;
}

struct profile *
scope_take(const struct scope *scope, const struct view *view, enum profile_kind kind)
{
    struct profile *whole = profile_take(view->shared->tables, kind, scope->first, scope->count,
                                         &view->shared->labels);

    for (unsigned i = 1; whole && i < scope->generations; i++) {
        struct profile *part;

        view = view->older;
        part = profile_take(view->shared->tables, kind, 0, view->shared->tables->workers,
                            &view->shared->labels);
        if (part == NULL || !profile_append(whole, part)) {
            profile_free(part);
            profile_free(whole);
            return NULL;
        }
    }
    return whole;
}
