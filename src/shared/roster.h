/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roster: the processes of one generation, in shared memory. Only the master writes it. Other
 * processes map it read-only, and the kernel lets none of them change that (F_SEAL_FUTURE_WRITE
 * in fcntl(2)), so that no process uses a process id that a compromised worker made up.
 */
#ifndef SHARED_ROSTER_H
#define SHARED_ROSTER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct roster_entry {
    pid_t pid;           /* 0: no process now */
    uint32_t spawned;    /* processes started in this slot so far */
    uint64_t since;      /* start of the current process, ns since the epoch */
    uint64_t retired_ns; /* CPU time of earlier processes in this slot */
    uint64_t retired_user_ns;
    uint64_t retired_system_ns;
};

#define ROSTER_REASON_SIZE 240

/* The last reload, for readers of the generation that serves. */
struct roster_reload {
    uint64_t at;     /* ns since the epoch: end of the reload, or start of the daemon */
    uint32_t failed; /* 1: failed and changed nothing */
    char reason[ROSTER_REASON_SIZE]; /* why it failed; "" if it did not */
};

struct roster {
    size_t size; /* of the mapping, bytes */
    int fd;      /* of the memory, in all processes; new mappings are read-only. -1: none */
    pid_t master;
    uint32_t workers;
    uint32_t superseded; /* 1: a later generation serves, and this one drains */
    uint32_t ending;     /* 1: the daemon shuts down, but may still accept connections */
    uint32_t absent; /* objects that are not served until older generations have freed memory */
    struct roster_reload reload;
    uint64_t started;              /* start of the daemon, ns since the epoch */
    struct roster_entry observer;  /* pid 0: none */
    struct roster_entry entries[]; /* one per worker */
};

/* MAP_SHARED, zeroed except for size, fd, workers and master. NULL with errno. */
struct roster *roster_create(unsigned workers) __attribute__((warn_unused_result));
void roster_destroy(struct roster *roster);

/* Makes the roster read-only in this process for good. Isolated children (child.h) call it by
 * themselves. 0 or a negative errno. */
int roster_protect(struct roster *roster) __attribute__((warn_unused_result));

/* Records the outcome of a reload; reason NULL: it succeeded. */
void roster_tell_reload(struct roster *roster, const char *reason);

/* Respawned processes: in one slot, and in all. */
uint64_t roster_entry_restarts(const struct roster *roster, unsigned worker);
uint64_t roster_restarts(const struct roster *roster);

/* The current process of this slot; 0: none. */
static inline pid_t
roster_pid(const struct roster *roster, unsigned worker)
{
    return __atomic_load_n(&roster->entries[worker].pid, __ATOMIC_RELAXED);
}

#endif
