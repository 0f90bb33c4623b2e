/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recorder: takes copies in the master, which is quick, and writes them in a child, which may
 * not be. If there can be no child, the master writes itself.
 */
#include "profile/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/errand.h"
#include "base/log.h"
#include "profile/legacy.h"
#include "profile/maps.h"
#include "profile/pprof.h"
#include "profile/symbol.h"

#define KINDS         2  /* those with files */
#define WRITE_SECONDS 60 /* then a child that is stuck on its disk is ended */
#define WRITERS_MAX   32 /* at a time; beyond, the master waits for the oldest */

struct place {
    pid_t pid;                    /* 0: no process */
    struct profile *begin[KINDS]; /* the table before it */
};

struct recorder {
    const struct tables *tables;
    const struct profile_labels *labels;
    const char *prefixes[KINDS];
    unsigned keep;
    struct file_owner owner;
    unsigned generation;
    bool replaced;
    pid_t writers[WRITERS_MAX];
    unsigned writer_count;
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
                const struct profile_labels *labels, unsigned generation)
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
    return recorder;
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

/* All that a writer needs, taken before the fork. */
struct job {
    const struct recorder *recorder;
    struct profile *profile;
    unsigned kind;   /* row of the table */
    pid_t pid;       /* 0: the merged file */
    unsigned worker; /* of the pid */
};

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

/* --- the child that writes ---------------------------------------------------------------- */

static void
remove_writer(struct recorder *recorder, unsigned index)
{
    memmove(recorder->writers + index, recorder->writers + index + 1,
            (--recorder->writer_count - index) * sizeof(recorder->writers[0]));
}

bool
recorder_reap(struct recorder *recorder, pid_t pid)
{
    for (unsigned i = 0; i < recorder->writer_count; i++)
        if (recorder->writers[i] == pid) {
            remove_writer(recorder, i);
            return true;
        }
    return false;
}

static void
wait_for_writers(struct recorder *recorder, unsigned left)
{
    while (recorder->writer_count > left) {
        while (waitpid(recorder->writers[0], NULL, 0) < 0 && errno == EINTR)
            continue;
        remove_writer(recorder, 0);
    }
}

static void
write_files(struct recorder *recorder, const struct job *jobs, size_t count)
{
    pid_t pid;

    wait_for_writers(recorder, WRITERS_MAX - 1);
    if ((pid = errand_fork(WRITE_SECONDS)) > 0) {
        recorder->writers[recorder->writer_count++] = pid;
        return;
    }
    for (size_t i = 0; i < count; i++)
        write_file(&jobs[i]);
    if (pid == 0)
        errand_end();
}

/* --- jobs --------------------------------------------------------------------------------- */

static bool
add_job(struct job *jobs, size_t *count, const struct job *job)
{
    if (job->profile == NULL) {
        log_error("profile: out of memory");
        return false;
    }
    jobs[(*count)++] = *job;
    return true;
}

static void
add_worker(const struct recorder *recorder, unsigned worker, struct job *jobs, size_t *count)
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
        if (add_job(jobs, count, &job) && place->begin[i])
            profile_subtract(job.profile, place->begin[i]);
    }
}

static void
add_merged(const struct recorder *recorder, struct job *jobs, size_t *count)
{
    for (unsigned i = 0; i < KINDS; i++) {
        struct job job = { .recorder = recorder, .kind = i };

        if (recorder->prefixes[i] == NULL)
            continue;
        job.profile = profile_take(recorder->tables, kinds[i].kind, 0,
                                   recorder->tables->workers, recorder->labels);
        add_job(jobs, count, &job);
    }
}

static void
finish_jobs(struct recorder *recorder, struct job *jobs, size_t count)
{
    if (count > 0)
        write_files(recorder, jobs, count);
    for (size_t i = 0; i < count; i++)
        profile_free(jobs[i].profile);
}

/* --- exported ----------------------------------------------------------------------------- */

void
recorder_destroy(struct recorder *recorder)
{
    if (recorder == NULL)
        return;
    wait_for_writers(recorder, 0);
    for (unsigned i = 0; i < recorder->tables->workers; i++)
        forget(&recorder->places[i]);
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
    struct job jobs[KINDS];
    size_t count = 0;

    sampler_retire(tables_cpu(recorder->tables, worker), clock_of_usage(usage));
    add_worker(recorder, worker, jobs, &count);
    finish_jobs(recorder, jobs, count);
    forget(&recorder->places[worker]);
}

void
recorder_write(struct recorder *recorder)
{
    struct job *jobs = calloc((recorder->tables->workers + 1) * KINDS, sizeof(*jobs));
    size_t count = 0;

    if (jobs == NULL) {
        log_error("profile: out of memory");
        return;
    }
    for (unsigned i = 0; i < recorder->tables->workers; i++)
        add_worker(recorder, i, jobs, &count);
    add_merged(recorder, jobs, &count);
    finish_jobs(recorder, jobs, count);
    free(jobs);
}

bool
recorder_busy(const struct recorder *recorder)
{
    return recorder->writer_count > 0;
}

void
recorder_replaced(struct recorder *recorder)
{
    recorder->replaced = true;
}
