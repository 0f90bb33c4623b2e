/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recorder: takes copies in the master, which is quick, and writes them in a child, which may
 * not be. There is one such child at a time: on a disk that can't keep up they would pile up.
 */
#include "master/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/log.h"
#include "format/legacy.h"
#include "format/pprof.h"
#include "profile/sampler.h"
#include "symbol/maps.h"
#include "symbol/symbol.h"

#define KINDS  2  /* those with files */
#define DEATHS 16 /* whose files may wait while others are written */

struct place {
    pid_t pid;                    /* 0: no process */
    struct profile *begin[KINDS]; /* the table before it */
};

/* All that a writer needs, taken before the fork. */
struct job {
    const struct recorder *recorder;
    struct profile *profile;
    unsigned kind;   /* row of the table */
    pid_t pid;       /* 0: the merged file */
    unsigned worker; /* of the pid */
};

struct recorder {
    const struct tables *tables;
    const struct label_names *labels;
    const char *prefixes[KINDS];
    unsigned keep;
    struct file_owner owner;
    unsigned generation;
    bool replaced;
    struct child writer; /* one at a time */
    struct job *queue;   /* what waits for it to end */
    unsigned queued;
    unsigned queue_size;
    bool again; /* after it has ended: all once more */
    struct place places[];
};

static const struct {
    enum profile_kind kind;
    const char *name;
    void (*write)(const struct profile *profile, const struct maps *maps, FILE *out);
} kinds[KINDS] = {
    { PROFILE_CPU, "cpu", legacy_write_cpu },
    { PROFILE_HEAP, "heap", legacy_write_heap },
};

struct recorder *
recorder_create(const struct tables *tables, const struct recorder_options *options,
                const struct label_names *labels, unsigned generation)
{
    struct recorder *recorder =
        calloc(1, sizeof(*recorder) + tables->workers * sizeof(recorder->places[0]));

    if (recorder == NULL)
        return NULL;
    recorder->tables = tables;
    recorder->labels = labels;
    recorder->prefixes[0] = options->cpu;
    recorder->prefixes[1] = options->heap;
    recorder->keep = options->keep;
    recorder->owner = options->owner;
    recorder->generation = generation;
    recorder->queue_size = (tables->workers + 1 + DEATHS) * KINDS;
    recorder->queue = calloc(recorder->queue_size, sizeof(*recorder->queue));
    if (recorder->queue)
        return recorder;
    free(recorder);
    return NULL;
}

static void
forget(struct place *place)
{
    for (unsigned i = 0; i < KINDS; i++) {
        profile_free(place->begin[i]);
        place->begin[i] = NULL;
    }
    place->pid = 0;
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
    const struct recorder *recorder = job->recorder;
    const char *prefix = recorder->prefixes[job->kind];
    const char *kind = kinds[job->kind].name;
    int length;

    *start = *end = NULL;
    if (job->pid != 0)
        length = asprintf(start, "%s.w%u.", prefix, job->worker);
    else
        length = asprintf(start, recorder->replaced ? "%s.g" : "%s", prefix);
    if (length < 0 || asprintf(end, job->pid != 0 ? ".%s.prof" : ".%s.pb.gz", kind) < 0)
        return -ENOMEM;
    return 0;
}

static int
write_named(const struct job *job, const char *path)
{
    struct maps maps;
    struct content content = { .job = job, .maps = &maps };
    int error = maps_read(&maps);

    if (error == 0 && job->pid == 0 && (content.symbols = symbol_open(&maps)) == NULL)
        error = -ENOMEM;
    if (error == 0)
        error = file_write(path, &job->recorder->owner, write_content, &content);
    symbol_close(content.symbols);
    maps_free(&maps);
    return error;
}

static void
write_file(const struct job *job)
{
    const struct recorder *recorder = job->recorder;
    bool numbered = job->pid != 0 || recorder->replaced;
    char *start;
    char *end;
    char *path = NULL;
    int error = name_file(job, &start, &end);

    if (error == 0)
        error = !numbered
                    ? asprintf(&path, "%s%s", start, end)
                    : asprintf(&path, "%s%d%s", start,
                               job->pid != 0 ? (int)job->pid : (int)recorder->generation, end);
    if (error >= 0)
        error = write_named(job, path);
    if (error < 0)
        log_error("profile %s: %s", path ? path : "", strerror(-error));
    else if (numbered && (error = file_prune(start, end, recorder->keep)) < 0)
        log_warning("profile %s: old files stay: %s", path, strerror(-error));
    free(path);
    free(start);
    free(end);
}

/* --- what waits to be written ------------------------------------------------------------- */

static bool
is_idle(const struct recorder *recorder)
{
    return recorder->writer.pid == 0;
}

/* A disk that is slower than workers die must not fill the memory. */
static void
queue_job(struct recorder *recorder, const struct job *job)
{
    if (job->profile == NULL)
        log_error("profile: out of memory");
    else if (recorder->queued < recorder->queue_size)
        recorder->queue[recorder->queued++] = *job;
    else {
        log_error("profile: one is lost, since %u wait to be written", recorder->queued);
        profile_free(job->profile);
    }
}

static void
drop_queue(struct recorder *recorder)
{
    while (recorder->queued > 0)
        profile_free(recorder->queue[--recorder->queued].profile);
}

static void
queue_worker(struct recorder *recorder, unsigned worker)
{
    const struct place *place = &recorder->places[worker];

    for (unsigned i = 0; i < KINDS; i++) {
        struct job job = {
            .recorder = recorder, .kind = i, .pid = place->pid, .worker = worker
        };

        if (recorder->prefixes[i] == NULL || place->pid == 0)
            continue;
        job.profile =
            profile_take(recorder->tables, kinds[i].kind, worker, 1, recorder->labels);
        if (job.profile && place->begin[i])
            profile_subtract(job.profile, place->begin[i]);
        queue_job(recorder, &job);
    }
}

static void
queue_merged(struct recorder *recorder)
{
    for (unsigned i = 0; i < KINDS; i++) {
        struct job job = { .recorder = recorder, .kind = i };

        if (recorder->prefixes[i] == NULL)
            continue;
        job.profile = profile_take(recorder->tables, kinds[i].kind, 0,
                                   recorder->tables->workers, recorder->labels);
        queue_job(recorder, &job);
    }
}

/* --- the child that writes ---------------------------------------------------------------- */

static void
queue_living(struct recorder *recorder)
{
    for (unsigned i = 0; i < recorder->tables->workers; i++)
        queue_worker(recorder, i);
    queue_merged(recorder);
}

static void writer_ended(struct child *child, pid_t pid, const struct child_end *end);

/* The parent's copies go as soon as the child has its own. */
static void
begin_writing(struct recorder *recorder)
{
    pid_t pid;

    if (!is_idle(recorder) || recorder->queued == 0)
        return;
    recorder->writer.owner = recorder;
    if ((pid = child_fork_apart(&recorder->writer, writer_ended)) == 0) {
        for (unsigned i = 0; i < recorder->queued; i++)
            write_file(&recorder->queue[i]);
        child_finish();
    }
    if (pid < 0)
        log_error("profiles are not written: fork: %s", strerror(-pid));
    drop_queue(recorder);
}

static void
writer_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct recorder *recorder = child->owner;

    if (WIFSIGNALED(end->status))
        log_error("profiles are not written: process %d was ended by signal %d (%s)", (int)pid,
                  WTERMSIG(end->status), strsignal(WTERMSIG(end->status)));
    if (recorder->again)
        queue_living(recorder);
    recorder->again = false;
    begin_writing(recorder);
}

/* --- exported ----------------------------------------------------------------------------- */

void
recorder_destroy(struct recorder *recorder)
{
    if (recorder == NULL)
        return;
    recorder_abandon(recorder);
    for (unsigned i = 0; i < recorder->tables->workers; i++)
        forget(&recorder->places[i]);
    free(recorder->queue);
    free(recorder);
}

void
recorder_prepare(struct recorder *recorder, unsigned worker)
{
    struct place *place = &recorder->places[worker];

    forget(place);
    for (unsigned i = 0; i < KINDS; i++)
        if (recorder->prefixes[i])
            place->begin[i] =
                profile_take(recorder->tables, kinds[i].kind, worker, 1, recorder->labels);
}

void
recorder_spawned(struct recorder *recorder, unsigned worker, pid_t pid)
{
    recorder->places[worker].pid = pid;
}

void
recorder_ended(struct recorder *recorder, unsigned worker, const struct rusage *usage)
{
    sampler_retire(tables_cpu(recorder->tables, worker), clock_of_usage(usage));
    queue_worker(recorder, worker);
    begin_writing(recorder);
    forget(&recorder->places[worker]);
}

void
recorder_write(struct recorder *recorder)
{
    recorder->again = !is_idle(recorder);
    if (recorder->again)
        return;
    queue_living(recorder);
    begin_writing(recorder);
}

void
recorder_write_unless_busy(struct recorder *recorder)
{
    if (is_idle(recorder))
        recorder_write(recorder);
}

bool
recorder_busy(const struct recorder *recorder)
{
    return !is_idle(recorder);
}

void
recorder_abandon(struct recorder *recorder)
{
    child_leave(&recorder->writer);
    recorder->again = false;
    drop_queue(recorder);
}

void
recorder_replaced(struct recorder *recorder)
{
    recorder->replaced = true;
}
