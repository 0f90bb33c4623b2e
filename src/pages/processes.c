/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * processes: takes their ids from the roster, which only the master writes, and their state
 * from the kernel (proc.h). A process that has just ended has no line.
 */
#include "pages/processes.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/proc.h"
#include "format/count_profile.h"
#include "pages/profile_reply.h"
#include "pages/totals.h"

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
        fprintf(out, ", processes in this slot %u", spawned);
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
        count += living(view->shared->roster);
    return count;
}

static void
print_workers(FILE *out, const struct view *view)
{
    char what[64];

    snprintf(what, sizeof(what), "workers of generation %u", view->shared->generation);
    count_profile_group(out, MARKER_WORKER, what, living(view->shared->roster));
    for (unsigned i = 0; i < view->shared->roster->workers; i++) {
        const struct roster_entry *entry = &view->shared->roster->entries[i];

        fprintf(out, "#\t  worker %u\n", i);
        print_line(out, roster_pid(view->shared->roster, i), entry->since, entry->spawned);
    }
}

static int
processes_write_text(struct page *page)
{
    const struct view *view = page->view;
    const struct roster *roster = view->shared->roster;

    count_profile_begin(page->out, "threadcreate", processes_count(view));
    count_profile_group(page->out, MARKER_MASTER, "master", 1);
    print_line(page->out, roster->master, roster->started, 0);
    count_profile_group(page->out, MARKER_OBSERVER, "observer", 1);
    print_line(page->out, roster->observer.pid, roster->observer.since,
               roster->observer.spawned);
    for (; view; view = view->older)
        print_workers(page->out, view);
    return count_profile_end(page->out);
}

/* The first part is of those that are no workers. */
static int
processes_write_profile(struct page *page)
{
    const struct totals_worker *workers;
    unsigned count;
    struct profile *profile;

    if ((workers = totals_workers(page->view, &count)) == NULL)
        return -ENOMEM;
    if ((profile = profile_create(PROFILE_THREADCREATE, count + 1)) != NULL) {
        profile->parts[0].worker = PROFILE_NO_WORKER;
        profile_count(&profile->parts[0], 0, marker_pc(MARKER_MASTER), 1);
        profile_count(&profile->parts[0], 0, marker_pc(MARKER_OBSERVER), 1);
        for (unsigned i = 0; i < count; i++) {
            profile->parts[i + 1].worker = workers[i].number;
            if (workers[i].pid > 0)
                profile_count(&profile->parts[i + 1], 0, marker_pc(MARKER_WORKER), 1);
        }
        profile_reply_write(page, &(const struct profile_reply){ .profile = profile,
                                                                 .file_name = "threadcreate" });
        profile_free(profile);
    }
    free((void *)(uintptr_t)workers);
    return profile ? 0 : -ENOMEM;
}

void
processes_threadcreate(struct page *page)
{
    const int error =
        profile_reply_wanted(page) ? processes_write_profile(page) : processes_write_text(page);

    if (error < 0)
        page_fail(page, error);
}
