/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profile_files: copies tables in the master, which is quick, and writes files in a child,
 * which may be slow. There is one such child at a time, since they would pile up on a slow
 * disk.
 */
#include "master/profile_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/shmem.h"
#include "master/profile_job.h"
#include "profile/profile.h"
#include "profile/sampler.h"
#include "profile/tables.h"
#include "sandbox/confine.h"

#define KINDS  PROFILE_JOB_KINDS
#define DEATHS 16 /* whose files may wait while others are written */

struct profile_files_entry {
    pid_t pid;                    /* 0: no process */
    struct profile *begin[KINDS]; /* the table before it */
};

struct profile_files {
    const struct shared *shared;
    const char *prefixes[KINDS];
    unsigned keep;
    struct file_owner owner;
    bool replaced;
    struct child writer;       /* one at a time */
    struct profile_job *queue; /* what waits for it to end */
    unsigned queued;
    unsigned queue_size;
    bool again; /* after it has ended: all once more */
    struct profile_files_entry entries[];
};

struct profile_files *
profile_files_create(const struct shared *shared, const struct profile_files_options *options)
{
    const unsigned workers = shared->tables->workers;
    struct profile_files *files =
        calloc(1, sizeof(*files) + workers * sizeof(files->entries[0]));

    if (files == NULL)
        return NULL;
    files->shared = shared;
    files->prefixes[0] = options->cpu;
    files->prefixes[1] = options->heap;
    files->keep = options->keep;
    files->owner = options->owner;
    files->queue_size = (workers + 1 + DEATHS) * KINDS;
    files->queue = calloc(files->queue_size, sizeof(*files->queue));
    if (files->queue)
        return files;
    free(files);
    return NULL;
}

static void
forget(struct profile_files_entry *entry)
{
    for (unsigned i = 0; i < KINDS; i++) {
        profile_free(entry->begin[i]);
        entry->begin[i] = NULL;
    }
    entry->pid = 0;
}

/* --- what waits to be written ------------------------------------------------------------- */

static bool
is_idle(const struct profile_files *files)
{
    return files->writer.pid == 0;
}

/* A disk that is slower than workers die must not fill the memory. */
static void
queue_job(struct profile_files *files, const struct profile_job *job)
{
    if (job->profile == NULL)
        log_error("profile: out of memory");
    else if (files->queued < files->queue_size)
        files->queue[files->queued++] = *job;
    else {
        log_error("profile: one is lost: %u are waiting to be written", files->queued);
        profile_free(job->profile);
    }
}

static void
drop_queue(struct profile_files *files)
{
    while (files->queued > 0)
        profile_free(files->queue[--files->queued].profile);
}

static struct profile_job
new_job(const struct profile_files *files, unsigned kind)
{
    return (struct profile_job){ .kind = &profile_job_kinds[kind],
                                 .prefix = files->prefixes[kind],
                                 .generation =
                                     files->replaced ? (int)files->shared->generation : -1 };
}

/* The profile of so many workers. NULL without memory. */
static struct profile *
take_profile(const struct profile_files *files, unsigned kind, unsigned first, unsigned count)
{
    return profile_take(files->shared->tables, profile_job_kinds[kind].kind, first, count,
                        &files->shared->labels);
}

static void
queue_worker(struct profile_files *files, unsigned worker)
{
    const struct profile_files_entry *entry = &files->entries[worker];

    for (unsigned i = 0; i < KINDS; i++) {
        struct profile_job job = new_job(files, i);

        if (files->prefixes[i] == NULL || entry->pid == 0)
            continue;
        job.pid = entry->pid;
        job.worker = worker;
        job.profile = take_profile(files, i, worker, 1);
        if (job.profile && entry->begin[i])
            profile_subtract(job.profile, entry->begin[i]);
        queue_job(files, &job);
    }
}

static void
queue_merged(struct profile_files *files)
{
    for (unsigned i = 0; i < KINDS; i++) {
        struct profile_job job = new_job(files, i);

        if (files->prefixes[i] == NULL)
            continue;
        job.profile = take_profile(files, i, 0, files->shared->tables->workers);
        queue_job(files, &job);
    }
}

/* --- the child that writes ---------------------------------------------------------------- */

static void
queue_living(struct profile_files *files)
{
    for (unsigned i = 0; i < files->shared->tables->workers; i++)
        queue_worker(files, i);
    queue_merged(files);
}

static void writer_ended(struct child *child, pid_t pid, const struct child_end *end);

/* What crosses the fork to the child that makes the contents, and back. */
struct rendering {
    const struct profile_files *files;
    int *errors; /* by job; shared */
};

static void
render_all(void *argument)
{
    const struct rendering *rendering = argument;

    for (unsigned i = 0; i < rendering->files->queued; i++)
        rendering->errors[i] = profile_job_render(&rendering->files->queue[i]);
}

static int
make_contents(struct profile_files *files, int *errors)
{
    struct rendering rendering = { files, errors };
    int error;

    for (unsigned i = 0; i < files->queued; i++)
        errors[i] = -ECANCELED;
    for (unsigned i = 0; i < files->queued; i++)
        if ((error = profile_job_open(&files->queue[i])) < 0)
            return error;
    return confine_apart(files->shared->confinement, render_all, &rendering);
}

static void
write_all(struct profile_files *files)
{
    struct confine_paths paths = { 0 };
    int *errors = shmem_map(files->queued * sizeof(*errors));
    int error;

    if (errors == NULL) {
        log_error("profiles are not written: %s", strerror(errno));
        return;
    }
    if (make_contents(files, errors) < 0)
        log_error("profiles are incomplete: the process that writes them failed");
    for (unsigned i = 0; i < KINDS; i++)
        confine_add_folder(&paths, files->prefixes[i]);
    error = confine_enter(files->shared->confinement, SANDBOX_WRITER, &paths);
    confine_free(&paths);
    if (error < 0)
        return;
    for (unsigned i = 0; i < files->queued; i++)
        profile_job_write(&files->queue[i], &files->owner, files->keep, errors[i]);
    sandbox_log(SANDBOX_WRITER);
}

/* The parent's copies go as soon as the child has its own. */
static void
begin_writing(struct profile_files *files)
{
    pid_t pid;

    if (!is_idle(files) || files->queued == 0)
        return;
    files->writer.owner = files;
    if ((pid = child_fork_apart(&files->writer, writer_ended)) == 0) {
        write_all(files);
        child_finish();
    }
    if (pid < 0)
        log_error("profiles are not written: fork: %s", strerror(-pid));
    drop_queue(files);
}

static void
writer_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct profile_files *files = child->owner;

    if (WIFSIGNALED(end->status))
        log_error("profiles are not written: process %d was ended by signal %d (%s)", (int)pid,
                  WTERMSIG(end->status), strsignal(WTERMSIG(end->status)));
    if (files->again)
        queue_living(files);
    files->again = false;
    begin_writing(files);
}

/* --- exported ----------------------------------------------------------------------------- */

void
profile_files_destroy(struct profile_files *files)
{
    if (files == NULL)
        return;
    profile_files_abandon(files);
    for (unsigned i = 0; i < files->shared->tables->workers; i++)
        forget(&files->entries[i]);
    free(files->queue);
    free(files);
}

void
profile_files_prepare(struct profile_files *files, unsigned worker)
{
    struct profile_files_entry *entry = &files->entries[worker];

    forget(entry);
    for (unsigned i = 0; i < KINDS; i++)
        if (files->prefixes[i])
            entry->begin[i] = take_profile(files, i, worker, 1);
}

void
profile_files_spawned(struct profile_files *files, unsigned worker, pid_t pid)
{
    files->entries[worker].pid = pid;
}

void
profile_files_ended(struct profile_files *files, unsigned worker, const struct rusage *usage)
{
    sampler_retire(tables_cpu(files->shared->tables, worker), clock_of_usage(usage));
    queue_worker(files, worker);
    begin_writing(files);
    forget(&files->entries[worker]);
}

void
profile_files_write(struct profile_files *files)
{
    files->again = !is_idle(files);
    if (files->again)
        return;
    queue_living(files);
    begin_writing(files);
}

void
profile_files_write_unless_busy(struct profile_files *files)
{
    if (is_idle(files))
        profile_files_write(files);
}

bool
profile_files_busy(const struct profile_files *files)
{
    return !is_idle(files);
}

void
profile_files_abandon(struct profile_files *files)
{
    child_leave(&files->writer);
    files->again = false;
    drop_queue(files);
}

void
profile_files_adopt(struct profile_files *files, const struct roster *roster)
{
    files->writer = (struct child){ 0 };
    files->again = false;
    drop_queue(files);
    for (unsigned i = 0; i < files->shared->tables->workers; i++)
        if (files->entries[i].pid != roster_pid(roster, i))
            forget(&files->entries[i]);
}

void
profile_files_replaced(struct profile_files *files)
{
    files->replaced = true;
}
