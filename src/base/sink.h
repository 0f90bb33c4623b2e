/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sink: where the lines of the log go: a file, or standard error. Writing never waits: a line
 * that can't be written at once is lost and counted; all processes share the count.
 */
#ifndef BASE_SINK_H
#define BASE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Shares the count of lost lines with children to come. Without memory each process counts for
 * itself. */
void sink_share(void);

/* A file that root writes to must belong to root or to this user. (uid_t)-1: to root. */
void sink_trust(uid_t user);

/* Lines go to path from now on, or to standard error (NULL). On failure nothing changes and a
 * negative errno is returned, see outlet_open() and outlet_problem(). */
int sink_open(const char *path) __attribute__((warn_unused_result));

/* The same path again, after a rotation; or standard error, after it was replaced. */
int sink_reopen(void) __attribute__((warn_unused_result));

/* Lines go to this descriptor, which is the sink's from now on, instead of the file; -1: to
 * standard error. */
void sink_use(int fd);

/* Opens standard error, or opens it anew after it was replaced. Before a sandbox, in which it
 * can't be opened. */
void sink_open_standard(void);

/* Lines go on to where standard error leads now, though that is about to change: until
 * sink_use(). Without effect if there is a file. */
void sink_keep_standard(void);

/* sink_open() in two steps: what can fail, and what others notice; or nothing has happened. */
int sink_prepare(const char *path) __attribute__((warn_unused_result));
void sink_commit(void);
void sink_abandon(void);

int sink_descriptor(void);

/* Do lines go to a file, and not to standard error? */
bool sink_has_file(void);

/* Do lines go to systemd's journal (JOURNAL_STREAM, systemd.exec(5))? */
bool sink_is_journal(void);

/* Writes a line with its newline. False with errno: it is lost, or a part of it stands there:
 * then the next line of whatever process begins a new one. */
bool sink_write(const char *line, size_t length);

/* Writes to standard error, wherever the log goes. */
bool sink_write_standard(const char *text, size_t length);

/* Lines that were lost; takes the count, or adds to it. */
uint64_t sink_take_lost(void);
void sink_add_lost(uint64_t lines);

#endif
