/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profile_files: the master's bookkeeping of profile files for one generation. A table
 * continues when a worker is replaced, a file is about one process: so it is remembered where
 * each began.
 *
 * PREFIX.w<worker>.<pid>.cpu.prof, .heap.prof  one process (legacy.h)
 * PREFIX.cpu.pb.gz, PREFIX.heap.pb.gz          all of the generation that serves (pprof.h)
 * PREFIX.g<number>.cpu.pb.gz, .heap.pb.gz      all of a generation that was replaced
 *
 * Files are written by a short-lived child, so that a slow disk doesn't hold up the master, and
 * what that needs is given back: by one at a time. What fails is a line in the log.
 */
#ifndef MASTER_PROFILE_FILES_H
#define MASTER_PROFILE_FILES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "base/file.h"
#include "profile/profile.h"
#include "shared/shared.h"

struct profile_files_options {
    const char *cpu;  /* PREFIX, with its directory; NULL: no files */
    const char *heap; /* the same */
    unsigned keep;    /* files a worker and kind, and merged files of replaced generations */
    struct file_owner owner;
};

struct profile_files;

/* `shared`, whose tables are there, and what options point to are borrowed. NULL without
 * memory. */
struct profile_files *profile_files_create(const struct shared *shared,
                                           const struct profile_files_options *options)
    __attribute__((warn_unused_result));

/* Files that are being written are abandoned. */
void profile_files_destroy(struct profile_files *files);

/* Just before the fork of a worker's process, and after it. */
void profile_files_prepare(struct profile_files *files, unsigned worker);
void profile_files_spawned(struct profile_files *files, unsigned worker, pid_t pid);

/* The process has ended, however; usage is from wait4(2). Writes its files. Also to be called
 * when there are none to write, for the CPU time of the next process. */
void profile_files_ended(struct profile_files *files, unsigned worker,
                         const struct rusage *usage);

/* Writes the files of all living workers and the merged ones: on demand, before a reload, and
 * when the last worker of the generation has ended. While files are being written: after that.
 */
void profile_files_write(struct profile_files *files);

/* The same, or nothing while files are being written: at each period. */
void profile_files_write_unless_busy(struct profile_files *files);

/* Are files being written? child_reap() tells when they are. */
bool profile_files_busy(const struct profile_files *files);

/* Kills the child that writes; what waited to be written is lost. */
void profile_files_abandon(struct profile_files *files);

/* In a process that continues with a copy of it after the owner's death: the writer is not its
 * child; what waited is the owner's, and so are the files of workers that the roster no longer
 * has. */
void profile_files_adopt(struct profile_files *files, const struct roster *roster);

/* Another generation serves from now on: its merged files have the plain name. */
void profile_files_replaced(struct profile_files *files);

#endif
