/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pid_file: names the daemon's process, and prevents a second instance. The file is written
 * beside its path and renamed, so that a reader never sees half of it, and so that each master
 * can tell its own file from that of another one, which has taken over.
 */
#ifndef MASTER_PID_FILE_H
#define MASTER_PID_FILE_H

#include <sys/types.h>

/* Begins zeroed: no file. */
struct pid_file {
    char *path; /* NULL: there is none */
    int fd;     /* the file that names this process, locked for as long as it is open */
    int guard;  /* what is or was at path until then, locked as well; -1: another's, or gone */
};

/*
 * Locks the path and writes the file beside it. predecessor: the process that may hold the
 * lock, for it is to be replaced; 0: none. What was at the path must be as outlet_check() wants
 * it. path NULL: no file. 0, or -1 with a line in the log: then everything is as it was.
 */
int pid_file_prepare(struct pid_file *file, const char *path, pid_t predecessor)
    __attribute__((warn_unused_result));

/* Puts it at its path. 0, or -1 with a line in the log. */
int pid_file_publish(struct pid_file *file) __attribute__((warn_unused_result));

/* Removes the file, unless another one is at its path, and lets the lock go. */
void pid_file_remove(struct pid_file *file);

/* In a child: the lock is the master's alone. */
void pid_file_let_go(const struct pid_file *file);

#endif
