/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * processes: who they are comes from the roster, which only the master writes; how they are
 * from the kernel (proc.h). A process that has just ended has no line.
 */
#include "pages/processes.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/proc.h"
#include "format/count_profile.h"

void
processes_cmdline(struct page *page)
{
    char *const *argument = page->view->arguments;

    for (; argument && *argument; argument++)
        fwrite(*argument, 1, strlen(*argument) + (argument[1] ? 1 : 0), page->out);
}

/* --- one process -------------------------------------------------------------------------- */

static void
print_line(FILE *out, pid_t pid, uint64_t since, uint32_t spawned)
{
    uint64_t now = clock_wall();
    struct proc_stat usage;

    if (!proc_stat(pid, &usage))
        return;
    fprintf(out, "#\t    pid %d, age %.1f s, threads %lu, cpu %.2f s, resident %lu kB",
            (int)pid, now > since ? (double)(now - since) / 1e9 : 0, usage.threads,
            (double)usage.ticks / (double)sysconf(_SC_CLK_TCK),
            usage.pages * (unsigned long)sysconf(_SC_PAGESIZE) / 1024);
    if (spawned > 0)
        fprintf(out, ", processes in this place %u", spawned);
    fputc('\n', out);
}

/* --- all ---------------------------------------------------------------------------------- */

static unsigned
living(const struct roster *roster)
{
    unsigned count = 0;

    for (unsigned i = 0; i < roster->workers; i++)
        count += roster_pid(roster, i) > 0;
    return count;
}

uint64_t
processes_count(const struct view *view)
{
    uint64_t count = 2; /* the master and this one */

    for (; view; view = view->older)
        count += living(view->roster);
    return count;
}

static void
print_workers(FILE *out, const struct view *view)
{
    char what[64];

    snprintf(what, sizeof(what), "workers of generation %u", view->generation);
    count_profile_group(out, MARKER_WORKER, what, living(view->roster));
    for (unsigned i = 0; i < view->roster->workers; i++) {
        const struct roster_place *place = &view->roster->places[i];

        fprintf(out, "#\t  worker %u\n", i);
        print_line(out, roster_pid(view->roster, i), place->since, place->spawned);
    }
}

void
processes_threadcreate(struct page *page)
{
    const struct view *view = page->view;
    const struct roster *roster = view->roster;
    int error;

    count_profile_begin(page->out, "threadcreate", processes_count(view));
    count_profile_group(page->out, MARKER_MASTER, "master", 1);
    print_line(page->out, roster->master, roster->started, 0);
    count_profile_group(page->out, MARKER_OBSERVER, "observer", 1);
    print_line(page->out, roster->observer.pid, roster->observer.since,
               roster->observer.spawned);
    for (; view; view = view->older)
        print_workers(page->out, view);
    if ((error = count_profile_end(page->out)) < 0)
        page_refuse(page, 500, "%s", strerror(-error));
}
