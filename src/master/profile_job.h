/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profile_job: one profile that is to be a file: its content, its name, and the writing of it.
 * Rendering reads ELF files and is done in a confined process; writing needs the directory.
 */
#ifndef MASTER_PROFILE_JOB_H
#define MASTER_PROFILE_JOB_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/file.h"
#include "profile/profile.h"
#include "symbol/maps.h"

enum { PROFILE_JOB_KINDS = 2 }; /* those with files */

struct profile_job_kind {
    enum profile_kind kind;
    const char *name; /* in the file's */
    void (*write)(const struct profile *profile, const struct maps *maps, FILE *out);
};

extern const struct profile_job_kind profile_job_kinds[PROFILE_JOB_KINDS];

/* All that a writer needs, taken before the fork. */
struct profile_job {
    const struct profile_job_kind *kind;
    const char *prefix; /* of the path; borrowed */
    struct profile *profile;
    pid_t pid;       /* 0: the merged file */
    unsigned worker; /* of the pid */
    int generation;  /* of the merged file, if it has been replaced; -1: it serves */
    int content;     /* of the file, in memory */
};

/* Creates the content, empty. 0 or a negative errno. */
int profile_job_open(struct profile_job *job) __attribute__((warn_unused_result));

/* Fills the content, and closes it in this process. 0 or a negative errno. */
int profile_job_render(const struct profile_job *job);

/* Writes the file, and removes those of its kind but the newest `keep`. error: what has become
 * of the content; 0: it is complete. Failures are lines in the log. */
void profile_job_write(const struct profile_job *job, const struct file_owner *owner,
                       unsigned keep, int error);

#endif
