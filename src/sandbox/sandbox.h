/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox: what a process gives up after its start, so that an attacker who takes it over gets
 * little: privileges, other users' view of its memory, files (Landlock), and every system call
 * that its work does not need (seccomp). SECURITY.md tells what is left to each kind of
 * process.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdint.h>

#include "config/config.h"
#include "sandbox/kind.h"
#include "sandbox/landlock.h"

/* In the master, before the first of its processes: finds out, by a child that tries, what this
 * system has; one line in the log names what is missing, and nobody tries that again. */
void sandbox_probe(enum sandbox_mode mode);

/* In a new process that may become another user: nothing it will run can have capabilities. */
void sandbox_bound(enum sandbox_mode mode);

/*
 * From here on the process is in its sandbox, with all threads that it will make; it must not
 * have any yet. paths: what it may open, if it may open anything (NULL: nothing). 0, also
 * where the system lacks a part, or a negative errno: then the process must not continue.
 */
int sandbox_enter(enum sandbox_mode mode, enum sandbox_kind kind,
                  const struct sandbox_path *paths) __attribute__((warn_unused_result));

/* Logs which calls have been refused since the last time. */
void sandbox_log(enum sandbox_kind kind);

/* In a worker, before it enters: refused calls are added to this counter, and to none that it
 * shares with other processes. */
void sandbox_count_apart(uint64_t *counter);

/* How many calls processes of this kind have been refused since the daemon's start. 0 for
 * workers: they count apart. */
uint64_t sandbox_refused(enum sandbox_kind kind);

/* The name of a kind in metrics. */
const char *sandbox_label(enum sandbox_kind kind);

/* What the program was built with, for -V. */
const char *sandbox_support(void);

#endif
