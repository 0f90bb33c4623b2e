/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recorder: the master's bookkeeping of profile files for one generation. A table goes on when
 * a worker is replaced, a file is about one process: the recorder remembers where each began.
 *
 * PREFIX.w<worker>.<pid>.cpu.prof, .heap.prof  one process (legacy.h)
 * PREFIX.cpu.pb.gz, PREFIX.heap.pb.gz          all of the generation that serves (pprof.h)
 * PREFIX.g<number>.cpu.pb.gz, .heap.pb.gz      all of a generation that was replaced
 *
 * Files are written by a short-lived child, so that a slow disk doesn't hold up the master, and
 * what that needs is given back: by one at a time. What fails is a line in the log.
 */
#ifndef MASTER_RECORDER_H
#define MASTER_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "base/file.h"
#include "profile/profile.h"

struct recorder_options {
    const char *cpu;  /* PREFIX, with its directory; NULL: no files */
    const char *heap; /* likewise */
    unsigned keep;    /* files a worker and kind, and merged files of replaced generations */
    struct file_owner owner;
};

struct recorder;

/* tables, labels and what options point to are borrowed. NULL without memory. */
struct recorder *recorder_create(const struct tables *tables,
                                 const struct recorder_options *options,
                                 const struct label_names *labels, unsigned generation)
    __attribute__((warn_unused_result));

/* Files that are being written are abandoned. */
void recorder_destroy(struct recorder *recorder);

/* Just before the fork of a worker's process, and after it. */
void recorder_prepare(struct recorder *recorder, unsigned worker);
void recorder_spawned(struct recorder *recorder, unsigned worker, pid_t pid);

/* The process has ended, however; usage is from wait4(2). Writes its files. Also to be called
 * when there are none to write, for the CPU time of the next process. */
void recorder_ended(struct recorder *recorder, unsigned worker, const struct rusage *usage);

/* Writes the files of all living workers and the merged ones: on demand, before a reload, and
 * when the last worker of the generation has ended. While files are being written: after that.
 */
void recorder_write(struct recorder *recorder);

/* The same, or nothing while files are being written: at each period. */
void recorder_write_unless_busy(struct recorder *recorder);

/* Are files being written? child_reap() tells when they are. */
bool recorder_busy(const struct recorder *recorder);

/* Kills who writes; what waited to be written is lost. */
void recorder_abandon(struct recorder *recorder);

/* Another generation serves from now on: its merged files have the plain name. */
void recorder_replaced(struct recorder *recorder);

#endif
