/* SPDX-License-Identifier: BSD-2-Clause */
/* filter: the table of calls.h as a seccomp filter of this process. See seccomp(2). */
#ifndef SANDBOX_FILTER_H
#define SANDBOX_FILTER_H

#include <stdbool.h>

#include "sandbox/kind.h"

/*
 * Restricts this thread, and those it creates, to the calls of its kind. Other calls raise
 * SIGSYS, whose handler decides what happens (refused.h). spare: exempts calls made by
 * refused_repeat(). Needs no_new_privs. 0 or a negative errno; -ENOSYS: built without
 * libseccomp.
 */
int filter_load(enum sandbox_kind kind, bool spare) __attribute__((warn_unused_result));

/* The name of a system call, which the caller frees; NULL: unknown. */
char *filter_call_name(int number) __attribute__((warn_unused_result));

#endif
