/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel: messages and descriptors from the master to a process, over a pair of Unix sockets.
 * The master never reads from its end.
 */
#ifndef BASE_CHANNEL_H
#define BASE_CHANNEL_H

#include <stdint.h>
#include <sys/types.h>

enum channel_kind {
    CHANNEL_BEGIN,      /* to a worker: the master has seen what it needs */
    CHANNEL_LOG,        /* the descriptor is the log's from now on */
    CHANNEL_ACCESS_LOG, /* to a worker: the descriptor is that of its access log from now on */
    CHANNEL_STDERR,     /* lines go to standard error from now on */
    CHANNEL_WORKER,     /* to the observer: a worker's slot has a new process */
    CHANNEL_MEMORY,     /* to the observer: the descriptor tells a worker's memory, see
                           proc_memory.h */
    CHANNEL_ENDED       /* to the observer: nothing of the generation lives any more */
};

struct channel_message {
    enum channel_kind kind;
    uint32_t generation; /* of the worker, as all below */
    uint32_t worker;
    pid_t pid;     /* CHANNEL_WORKER */
    uint32_t file; /* CHANNEL_MEMORY: enum proc_memory_file */
};

/* One end for the master, and one that does not block for the process. 0 or a negative errno.
 */
int channel_open(int *master, int *process) __attribute__((warn_unused_result));

/* Sends a message and a duplicate of the descriptor (-1: none). 0 or a negative errno; -EAGAIN:
 * the process has not read what came before. */
int channel_send(int fd, const struct channel_message *message, int descriptor)
    __attribute__((warn_unused_result));

/* The next message; *descriptor is the caller's to close (-1: none). 1; 0: there is none now;
 * or a negative errno, -EPIPE when the master's end is closed. */
int channel_receive(int fd, struct channel_message *message, int *descriptor)
    __attribute__((warn_unused_result));

/* Waits for a message of this kind, and drops others. 0 or a negative errno. */
int channel_wait(int fd, enum channel_kind kind) __attribute__((warn_unused_result));

#endif
