/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox: what a process gives up after its start, so that an attacker who takes it over gains
 * little: privileges, access to its memory by other processes, files (Landlock), and all system
 * calls that its work does not need (seccomp). SECURITY.md lists what each kind of process may
 * still do.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdint.h>

#include "config/config.h"
#include "sandbox/kind.h"
#include "sandbox/landlock.h"

/* Call in the master before it starts other processes. Finds out in a child what this system
 * supports, and logs once what is missing. */
void sandbox_probe(enum sandbox_mode mode);

/* Call in a new process before it may change its user: programs that it executes gain no
 * capabilities. */
void sandbox_bound(enum sandbox_mode mode);

/*
 * Enters the sandbox for good, together with all threads created later; there must be none yet.
 * paths: what it may open (NULL: nothing). 0, also if the system lacks a part, or a negative
 * errno: then the process must not continue.
 */
int sandbox_enter(enum sandbox_mode mode, enum sandbox_kind kind,
                  const struct sandbox_path *paths) __attribute__((warn_unused_result));

/* Logs the calls that were refused since the last time. */
void sandbox_log(enum sandbox_kind kind);

/* Call in a worker before it enters: refused calls increment this counter, not one that is
 * shared with other processes. */
void sandbox_count_apart(uint64_t *counter);

/* Calls refused to processes of this kind since the start of the daemon. 0 for workers, which
 * count their own. */
uint64_t sandbox_refused(enum sandbox_kind kind);

/* The name of a kind in metrics. */
const char *sandbox_label(enum sandbox_kind kind);

/* What the program was built with, for tiffd -V. */
const char *sandbox_support(void);

#endif
