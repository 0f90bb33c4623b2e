/* SPDX-License-Identifier: BSD-2-Clause */
/* profile_job: legacy.h for the files of one process, pprof.h for merged ones. */
#include "master/profile_job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "format/legacy.h"
#include "format/pprof.h"
#include "symbol/symbol.h"

const struct profile_job_kind profile_job_kinds[PROFILE_JOB_KINDS] = {
    { PROFILE_CPU, "cpu", legacy_write_cpu },
    { PROFILE_HEAP, "heap", legacy_write_heap },
};

/* --- the content -------------------------------------------------------------------------- */

int
profile_job_open(struct profile_job *job)
{
    job->content = memfd_create("profile", MFD_CLOEXEC);
    return job->content < 0 ? -errno : 0;
}

static int
write_content(const struct profile_job *job, const struct maps *maps, FILE *out)
{
    struct symbols *symbols;
    int error;

    if (job->pid != 0) {
        job->kind->write(job->profile, maps, out);
        return 0;
    }
    if ((symbols = symbol_open(maps)) == NULL)
        return -ENOMEM;
    error = pprof_write(job->profile, -1, maps, symbols, out);
    symbol_close(symbols);
    return error;
}

int
profile_job_render(const struct profile_job *job)
{
    FILE *out = fdopen(job->content, "w");
    struct maps maps;
    int error;

    if (out == NULL)
        return -errno;
    if ((error = maps_read(&maps)) == 0)
        error = write_content(job, &maps, out);
    if (fclose(out) != 0 && error == 0)
        error = -errno;
    maps_free(&maps);
    return error;
}

/* --- the file ----------------------------------------------------------------------------- */

/* Is there a number in the file's name: that of a process, or of a generation? */
static bool
is_numbered(const struct profile_job *job)
{
    return job->pid != 0 || job->generation >= 0;
}

/* What comes before and behind the number. */
static int
name_file(const struct profile_job *job, char **start, char **end)
{
    int length;

    *start = *end = NULL;
    if (job->pid != 0)
        length = asprintf(start, "%s.w%u.", job->prefix, job->worker);
    else
        length = asprintf(start, is_numbered(job) ? "%s.g" : "%s", job->prefix);
    if (length < 0 ||
        asprintf(end, job->pid != 0 ? ".%s.prof" : ".%s.pb.gz", job->kind->name) < 0)
        return -ENOMEM;
    return 0;
}

/* NULL without memory. */
static char *
path_of_file(const struct profile_job *job, const char *start, const char *end)
{
    const int number = job->pid != 0 ? (int)job->pid : job->generation;
    char *path;

    if ((is_numbered(job) ? asprintf(&path, "%s%d%s", start, number, end)
                          : asprintf(&path, "%s%s", start, end)) < 0)
        return NULL;
    return path;
}

static int
copy_content(void *argument, FILE *out)
{
    const struct profile_job *job = argument;
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

void
profile_job_write(const struct profile_job *job, const struct file_owner *owner, unsigned keep,
                  int error)
{
    char *start;
    char *end;
    char *path = name_file(job, &start, &end) == 0 ? path_of_file(job, start, end) : NULL;

    if (error == 0)
        error = path ? file_write(path, owner, copy_content, (void *)(uintptr_t)job) : -ENOMEM;
    if (error < 0)
        log_error("profile %s: %s", path ? path : "", strerror(-error));
    else if (is_numbered(job) && (error = file_prune(start, end, keep)) < 0)
        log_warning("profile %s: old files can't be removed: %s", path, strerror(-error));
    free(path);
    free(start);
    free(end);
}
