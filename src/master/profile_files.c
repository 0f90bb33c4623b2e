/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profile_files: takes copies in the master, which is quick, and writes them in a child, which
 * may not be. There is one such child at a time: on a disk that can't keep up they would pile
 * up.
 */
#include "master/profile_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/log.h"
#include "format/legacy.h"
#include "format/pprof.h"
#include "profile/profile.h"
#include "profile/sampler.h"
#include "profile/tables.h"
#include "sandbox/confine.h"
#include "symbol/maps.h"
#include "symbol/symbol.h"

#define KINDS  2  /* those with files */
#define DEATHS 16 /* whose files may wait while others are written */

struct profile_files_entry {
    pid_t pid;                    /* 0: no process */
    struct profile *begin[KINDS]; /* the table before it */
};

/* All that a writer needs, taken before the fork. */
struct job {
    const struct profile_files *files;
    struct profile *profile;
    unsigned kind;   /* row of the table */
    pid_t pid;       /* 0: the merged file */
    unsigned worker; /* of the pid */
    int content;     /* of the file, in memory; -1: none */
};

struct profile_files {
    const struct shared *shared;
    const char *prefixes[KINDS];
    unsigned keep;
    struct file_owner owner;
    bool replaced;
    struct child writer; /* one at a time */
    struct job *queue;   /* what waits for it to end */
    unsigned queued;
    unsigned queue_size;
    bool again; /* after it has ended: all once more */
    struct profile_files_entry entries[];
};

static const struct {
    enum profile_kind kind;
    const char *name;
    void (*write)(const struct profile *profile, const struct maps *maps, FILE *out);
} kinds[KINDS] = {
    { PROFILE_CPU, "cpu", legacy_write_cpu },
    { PROFILE_HEAP, "heap", legacy_write_heap },
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

/* --- one file ----------------------------------------------------------------------------- */

struct content {
    const struct job *job;
    const struct maps *maps;
    struct symbols *symbols;
};

static int
write_content(void *argument, FILE *out)
{
    const struct content *content = argument;
    const struct job *job = content->job;

    if (job->pid == 0)
        return pprof_write(job->profile, -1, content->maps, content->symbols, out);
    kinds[job->kind].write(job->profile, content->maps, out);
    return 0;
}

/* What comes before and behind the number in the file's name. */
static int
name_file(const struct job *job, char **start, char **end)
{
    const struct profile_files *files = job->files;
    const char *prefix = files->prefixes[job->kind];
    const char *kind = kinds[job->kind].name;
    int length;

    *start = *end = NULL;
    if (job->pid != 0)
        length = asprintf(start, "%s.w%u.", prefix, job->worker);
    else
        length = asprintf(start, files->replaced ? "%s.g" : "%s", prefix);
    if (length < 0 || asprintf(end, job->pid != 0 ? ".%s.prof" : ".%s.pb.gz", kind) < 0)
        return -ENOMEM;
    return 0;
}

/* In a confined child, because it reads ELF files. Closes the content there. */
static int
render(const struct job *job)
{
    struct maps maps;
    struct content content = { .job = job, .maps = &maps };
    FILE *out = fdopen(job->content, "w");
    int error = out ? maps_read(&maps) : -errno;

    if (out == NULL)
        return error;
    if (error == 0 && job->pid == 0 && (content.symbols = symbol_open(&maps)) == NULL)
        error = -ENOMEM;
    if (error == 0)
        error = write_content(&content, out);
    if (fclose(out) != 0 && error == 0)
        error = -errno;
    symbol_close(content.symbols);
    maps_free(&maps);
    return error;
}

static int
copy_content(void *argument, FILE *out)
{
    const struct job *job = argument;
    char bytes[16384];
    off_t done = 0;
    ssize_t n;

    while ((n = pread(job->content, bytes, sizeof(bytes), done)) > 0) {
        if (fwrite(bytes, 1, (size_t)n, out) != (size_t)n)
            return errno != 0 ? -errno : -EIO;
        done += n;
    }
    return n < 0 ? -errno : 0;
}

/* error: what has become of the content. */
static void
write_file(const struct job *job, int error)
{
    const struct profile_files *files = job->files;
    bool numbered = job->pid != 0 || files->replaced;
    char *start;
    char *end;
    char *path = NULL;
    int length = name_file(job, &start, &end);

    if (length == 0)
        length =
            !numbered
                ? asprintf(&path, "%s%s", start, end)
                : asprintf(&path, "%s%d%s", start,
                           job->pid != 0 ? (int)job->pid : (int)files->shared->generation, end);
    if (error == 0)
        error = length < 0
                    ? length
                    : file_write(path, &files->owner, copy_content, (void *)(uintptr_t)job);
    if (error < 0)
        log_error("profile %s: %s", path ? path : "", strerror(-error));
    else if (numbered && (error = file_prune(start, end, files->keep)) < 0)
        log_warning("profile %s: old files can't be removed: %s", path, strerror(-error));
    free(path);
    free(start);
    free(end);
}

/* --- what waits to be written ------------------------------------------------------------- */

static bool
is_idle(const struct profile_files *files)
{
    return files->writer.pid == 0;
}

/* A disk that is slower than workers die must not fill the memory. */
static void
queue_job(struct profile_files *files, const struct job *job)
{
    if (job->profile == NULL)
        log_error("profile: out of memory");
    else if (files->queued < files->queue_size)
        files->queue[files->queued++] = *job;
    else {
        log_error("profile: one is lost, since %u wait to be written", files->queued);
        profile_free(job->profile);
    }
}

static void
drop_queue(struct profile_files *files)
{
    while (files->queued > 0)
        profile_free(files->queue[--files->queued].profile);
}

static void
queue_worker(struct profile_files *files, unsigned worker)
{
    const struct profile_files_entry *entry = &files->entries[worker];

    for (unsigned i = 0; i < KINDS; i++) {
        struct job job = { .files = files, .kind = i, .pid = entry->pid, .worker = worker };

        if (files->prefixes[i] == NULL || entry->pid == 0)
            continue;
        job.profile = profile_take(files->shared->tables, kinds[i].kind, worker, 1,
                                   &files->shared->labels);
        if (job.profile && entry->begin[i])
            profile_subtract(job.profile, entry->begin[i]);
        queue_job(files, &job);
    }
}

static void
queue_merged(struct profile_files *files)
{
    for (unsigned i = 0; i < KINDS; i++) {
        struct job job = { .files = files, .kind = i };

        if (files->prefixes[i] == NULL)
            continue;
        job.profile = profile_take(files->shared->tables, kinds[i].kind, 0,
                                   files->shared->tables->workers, &files->shared->labels);
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
        rendering->errors[i] = render(&rendering->files->queue[i]);
}

static int
make_contents(struct profile_files *files, int *errors)
{
    struct rendering rendering = { files, errors };

    for (unsigned i = 0; i < files->queued; i++)
        errors[i] = -ECANCELED;
    for (unsigned i = 0; i < files->queued; i++)
        if ((files->queue[i].content = memfd_create("profile", MFD_CLOEXEC)) < 0)
            return -errno;
    return confine_apart(files->shared->confinement, render_all, &rendering);
}

static void
write_all(struct profile_files *files)
{
    struct confine_paths paths = { 0 };
    int *errors = mmap(NULL, files->queued * sizeof(*errors), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int error;

    if (errors == MAP_FAILED) {
        log_error("profiles are not written: %s", strerror(errno));
        return;
    }
    if (make_contents(files, errors) < 0)
        log_error("profiles are incomplete: the process that makes them failed");
    for (unsigned i = 0; i < KINDS; i++)
        confine_add_folder(&paths, files->prefixes[i]);
    error = confine_enter(files->shared->confinement, SANDBOX_WRITER, &paths);
    confine_free(&paths);
    if (error < 0)
        return;
    for (unsigned i = 0; i < files->queued; i++)
        write_file(&files->queue[i], errors[i]);
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
            entry->begin[i] = profile_take(files->shared->tables, kinds[i].kind, worker, 1,
                                           &files->shared->labels);
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
