/* SPDX-License-Identifier: BSD-2-Clause */
/* health: one look into the roster. */
#include "pages/health.h"

/* "0, 3" of the places without a process; how many there are. */
static unsigned
list_empty(const struct roster *roster, char *text, size_t size)
{
    unsigned count = 0;
    FILE *out = fmemopen(text, size, "w");

    text[0] = '\0';
    for (unsigned i = 0; i < roster->workers; i++)
        if (roster_pid(roster, i) <= 0 && count++ < 16 && out)
            fprintf(out, "%s%u", count > 1 ? ", " : "", i);
    if (out)
        fclose(out);
    return count;
}

void
health_write(struct page *page)
{
    const struct roster *roster = page->view->roster;
    char places[256];
    unsigned empty = list_empty(roster, places, sizeof(places));

    if (empty == 0)
        fputs("ok\n", page->out);
    else
        page_refuse(page, 503, "%u of %u workers have no process: %s%s", empty, roster->workers,
                    places, empty > 16 ? ", ..." : "");
}
