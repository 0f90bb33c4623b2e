/* SPDX-License-Identifier: BSD-2-Clause */
/* pid_file: names the daemon's process, and prevents a second instance. */
#ifndef MASTER_PID_FILE_H
#define MASTER_PID_FILE_H

/*
 * Makes, locks and writes the file at path; what was there must be as sink_check() wants it.
 * The descriptor that keeps the lock for as long as it or a duplicate is open, or -1 with a
 * line in the log: then the file is as it was.
 */
int pid_file_open(const char *path) __attribute__((warn_unused_result));

/* Removes the file, if it is still the one at path, and lets the lock go. */
void pid_file_remove(int fd, const char *path);

#endif
