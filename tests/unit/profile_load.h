/* SPDX-License-Identifier: BSD-2-Clause */
/* profile_load: known loads in processes of their own, and tables with known content. */
#ifndef UNIT_PROFILE_LOAD_H
#define UNIT_PROFILE_LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "profile/profile.h"

/* Uses so many ns of the calling thread's CPU time: computing, or in send(2) and recv(2). */
void load_user(uint64_t ns);
void load_system(uint64_t ns);

/* CPU time the calling thread has used. */
uint64_t load_cpu_time(void);

/* Runs a function in a child, which then ends by _exit(2), status 0. */
pid_t load_start(void (*run)(void *argument), void *argument);

/* Waits for the child's end. Returns the status of wait(2); *ns is the CPU time it used. */
int load_wait(pid_t pid, uint64_t *ns);

/* A worker's table of this kind, to be written as its process would. */
struct stacks *load_stacks(const struct tables *tables, enum profile_kind kind,
                           unsigned worker);

/* Adds the first two values of a record. */
void load_table(struct stacks *stacks, uint32_t label, const uintptr_t *pcs, unsigned depth,
                uint64_t first, uint64_t second);

/* An address in a function of this file that is called twin(), as may be others. */
uintptr_t load_twin(void);

/* Is there a sample with both functions in its stack, inner further in than outer? */
bool load_has_stack(const struct profile *profile, const char *inner, const char *outer);

#endif
