/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roster: the processes of one generation, in shared memory. The master alone writes it; other
 * processes map it read-only, and the kernel lets none of them change that (F_SEAL_FUTURE_WRITE
 * in fcntl(2)), so that nobody acts on a process id that a compromised worker made up.
 */
#ifndef SHARED_ROSTER_H
#define SHARED_ROSTER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct roster_entry {
    pid_t pid;           /* 0: no process now */
    uint32_t spawned;    /* processes that have been in this slot */
    uint64_t since;      /* ns since the epoch: start of the one that is there */
    uint64_t retired_ns; /* CPU time of those that have ended */
    uint64_t retired_user_ns;
    uint64_t retired_system_ns;
};

#define ROSTER_REASON_SIZE 240

/* The last reload, for those who look at the generation that serves. */
struct roster_reload {
    uint64_t at;     /* ns since the epoch: its end, or the start of the daemon */
    uint32_t failed; /* 1: it has changed nothing */
    char reason[ROSTER_REASON_SIZE]; /* why it failed; "" if it did not */
};

struct roster {
    size_t size; /* of the mapping, bytes */
    int fd; /* of the memory, in all processes; new mappings of it are read-only. -1: none */
    pid_t master;
    uint32_t workers;
    uint32_t superseded; /* 1: a later generation serves, and this one drains */
    uint32_t ending;     /* 1: the daemon ends, though it may still accept */
    uint32_t absent;     /* objects that wait for room, and can't be served */
    struct roster_reload reload;
    uint64_t started;              /* ns since the epoch: the daemon */
    struct roster_entry observer;  /* pid 0: none */
    struct roster_entry entries[]; /* a worker each */
};

/* MAP_SHARED, zeroed but for size, fd, workers and master. NULL with errno. */
struct roster *roster_create(unsigned workers) __attribute__((warn_unused_result));
void roster_destroy(struct roster *roster);

/* In a process that may only read it, for one that is not isolated (child.h), which does this
 * by itself: it can't be written there any more, whatever the process does. 0 or a negative
 * errno. */
int roster_protect(struct roster *roster) __attribute__((warn_unused_result));

/* Tells how a reload went; reason NULL: well. */
void roster_tell_reload(struct roster *roster, const char *reason);

/* Processes that took the place of one that had ended: in one slot, and in all. */
uint64_t roster_entry_restarts(const struct roster *roster, unsigned worker);
uint64_t roster_restarts(const struct roster *roster);

/* The process in this slot now; 0: none. */
static inline pid_t
roster_pid(const struct roster *roster, unsigned worker)
{
    return __atomic_load_n(&roster->entries[worker].pid, __ATOMIC_RELAXED);
}

#endif
