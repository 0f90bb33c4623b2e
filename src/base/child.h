/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child: the child processes of this process: forks them, waits for them, and calls each one's
 * owner when it has ended. A struct child is a member of its owner's data, so there is no limit
 * and nothing to allocate.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/types.h>

#define CHILD_SECONDS 60 /* for a child that does one thing; then it is stuck on a disk */

struct child;

/* What wait4(2) tells. */
struct child_end {
    int status;
    struct rusage usage;
};

/* The child has ended and its struct is free again; pid is still that of the process. */
typedef void child_ended(struct child *child, pid_t pid, const struct child_end *end);

/* Begins zeroed. Must not go before child_leave(), unless pid is 0. */
struct child {
    LIST_ENTRY(child) entry;
    pid_t pid; /* 0: none */
    child_ended *ended;
    void *owner; /* the owner's own */
};

/* As fork(2): 0 in the child, which has no children yet; in the parent, the process id or a
 * negative errno. */
pid_t child_fork(struct child *child, child_ended *ended) __attribute__((warn_unused_result));

/*
 * The same for what needs a disk, as looking up names does, and may take longer than a loop can
 * wait, or for ever: SIGALRM ends the child after CHILD_SECONDS. Of the parent's descriptors it
 * has the standard ones and the log's, so that a socket that the parent closes is closed, and a
 * pipe comes to its end. child_finish() ends it. child may be NULL: nobody is told.
 */
pid_t child_fork_apart(struct child *child, child_ended *ended)
    __attribute__((warn_unused_result));

/* After descriptors were closed that were not opened here: libunwind, by which tcmalloc notes
 * who lets the heap grow, has a pipe from before main(). What gets the numbers of its ends
 * would be written to and closed by it, so they are taken. */
void child_keep_low_descriptors(void);

/* Children give up what this does, before they close descriptors: child_isolate() and
 * child_fork_apart() call it. Once, before the first of them. */
void child_before_isolation(void (*give_up)(void));

/* In a child: closes all descriptors but the standard ones, the log's and this one. */
void child_isolate(int kept);

/* The child's end, without what exit(3) would do for its parent. */
_Noreturn void child_finish(void);

/* Waits for all children that have ended, and tells their owners. */
void child_reap(void);

/* Children that somebody will be told of. */
unsigned child_count(void);

/* Nobody is told any more. Kills the child if there is one. */
void child_leave(struct child *child);

#endif
