/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * health: reads the roster, and checks whether its processes live. The observer of a draining
 * generation reports "ok", because a later generation serves.
 */
#include "pages/health.h"

#include "base/proc.h"

/* The master may be too busy to have noticed an end. */
static bool
health_is_alive(pid_t pid)
{
    struct proc_stat stat;

    return pid > 0 && proc_stat(pid, &stat) && stat.state != 'Z' && stat.state != 'X';
}

/* "0, 3" of the slots without a process; how many there are. */
static unsigned
list_empty(const struct roster *roster, char *text, size_t size)
{
    unsigned count = 0;
    FILE *out = fmemopen(text, size, "w");

    text[0] = '\0';
    for (unsigned i = 0; i < roster->workers; i++)
        if (!health_is_alive(roster_pid(roster, i)) && count++ < 16 && out)
            fprintf(out, "%s%u", count > 1 ? ", " : "", i);
    if (out)
        fclose(out);
    return count;
}

void
health_write(struct page *page)
{
    const struct roster *roster = page->view->shared->roster;
    char slots[256];
    const uint32_t absent = __atomic_load_n(&roster->absent, __ATOMIC_SEQ_CST);
    unsigned empty = list_empty(roster, slots, sizeof(slots));

    if (__atomic_load_n(&roster->ending, __ATOMIC_SEQ_CST))
        page_refuse(page, 503, "tiffd is shutting down");
    else if (__atomic_load_n(&roster->superseded, __ATOMIC_SEQ_CST))
        fputs("ok\n", page->out);
    else if (absent > 0)
        page_refuse(page, 503, "%u object%s not loaded yet", absent,
                    absent == 1 ? " is" : "s are");
    else if (empty == 0)
        fputs("ok\n", page->out);
    else
        page_refuse(page, 503, "%u of %u workers have no process: %s%s", empty, roster->workers,
                    slots, empty > 16 ? ", ..." : "");
}
