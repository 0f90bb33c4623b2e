/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control: messages and descriptors from the master to a process, over a pair of Unix sockets.
 * The master never reads from its end.
 */
#ifndef BASE_CONTROL_H
#define BASE_CONTROL_H

#include <stdint.h>
#include <sys/types.h>

enum control_kind {
    CONTROL_BEGIN,  /* to a worker: the master has seen what it needs */
    CONTROL_LOG,    /* the descriptor is the log's from now on */
    CONTROL_STDERR, /* lines go to standard error from now on */
    CONTROL_WORKER, /* to the observer: a worker's place has a new process */
    CONTROL_MEMORY, /* likewise: the descriptor tells its memory, see proc_memory.h */
    CONTROL_ENDED   /* to the observer: nothing of the generation lives any more */
};

struct control_message {
    enum control_kind kind;
    uint32_t generation; /* of the worker; likewise below */
    uint32_t worker;
    pid_t pid;     /* CONTROL_WORKER */
    uint32_t file; /* CONTROL_MEMORY: enum proc_memory_file */
};

/* One end for the master, and one that does not block for the process. 0 or a negative errno.
 */
int control_open(int *master, int *process) __attribute__((warn_unused_result));

/* Sends a message and a duplicate of the descriptor (-1: none). 0 or a negative errno; -EAGAIN:
 * the process has not read what came before. */
int control_send(int fd, const struct control_message *message, int descriptor)
    __attribute__((warn_unused_result));

/* The next message; *descriptor is the caller's to close (-1: none). 1; 0: there is none now;
 * or a negative errno, -EPIPE when the master's end is closed. */
int control_receive(int fd, struct control_message *message, int *descriptor)
    __attribute__((warn_unused_result));

/* Waits for a message of this kind, and drops others. 0 or a negative errno. */
int control_wait(int fd, enum control_kind kind) __attribute__((warn_unused_result));

#endif
