/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * want: the workers of a scope have an order, so one number tells which of them were asked. A
 * process killed between asking and counting leaves one worker that takes samples for nobody,
 * which costs little and harms nothing.
 */
#include "observer/want.h"

#include <stdbool.h>
#include <sys/mman.h>

#include "profile/sampler.h"

struct want *
want_create(unsigned clients)
{
    void *memory = mmap(NULL, clients * sizeof(struct want), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

static bool
ask(const struct want *want, const struct view *newest, unsigned number, bool wanted)
{
    unsigned worker;
    const struct view *view = scope_worker(&want->scope, newest, number, &worker);

    if (view == NULL)
        return false;
    sampler_want(tables_cpu(view->tables, worker), roster_pid(view->roster, worker), wanted);
    return true;
}

void
want_begin(struct want *want, const struct view *view, const struct scope *scope)
{
    want->scope = *scope;
    while (ask(want, view, want->begun, true))
        __atomic_store_n(&want->begun, want->begun + 1, __ATOMIC_SEQ_CST);
}

/* A process that was taken over may have left anything here. */
void
want_end(struct want *want, const struct view *view)
{
    struct want mine = *want;

    if (mine.begun > scope_size(&mine.scope, view))
        mine.begun = 0;
    while (mine.begun > 0) {
        (void)ask(&mine, view, --mine.begun, false);
        __atomic_store_n(&want->begun, mine.begun, __ATOMIC_SEQ_CST);
    }
    want->begun = 0;
}
