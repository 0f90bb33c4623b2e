/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control: the control socket, which tiffctl(8) speaks to. A client sends a command in one
 * line. The reply has lines "NAME=VALUE ..." and ends with "ok" or "error: REASON", once the
 * outcome is known. The permissions of the socket decide who may connect.
 */
#ifndef MASTER_CONTROL_H
#define MASTER_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "master/control_socket.h"

#define CONTROL_CLIENTS_MAX 16
#define CONTROL_LINE_MAX    256
#define CONTROL_OK          "ok\n"

struct config;
struct master;

/* What a client waits for. */
enum control_waits {
    CONTROL_COMMAND, /* to send one */
    CONTROL_REPLIED, /* only the rest of the reply is left to send */
    CONTROL_RELOAD,
    CONTROL_UPGRADE,
    CONTROL_END
};

struct control_client {
    int fd;
    enum control_waits waits;
    unsigned reload; /* CONTROL_RELOAD: the first one that counts, as of control.reloads */
    uint64_t until;  /* CONTROL_COMMAND, CONTROL_REPLIED: when it is closed */
    char *rest;      /* of the reply, that the socket has not taken; NULL: it has all */
    size_t rest_length;
    unsigned length; /* of line so far */
    char line[CONTROL_LINE_MAX];
};

/* Begins zeroed: there is no control socket. */
struct control {
    struct control_socket socket; /* without a path there is none */
    int epoll_fd;                 /* of the listener and all clients */
    unsigned reloads;             /* that have begun */
    unsigned count;
    struct control_client clients[CONTROL_CLIENTS_MAX];
};

/* Listens beside the path of [server] control. 0, or -1 with a line in the log. */
int control_prepare(struct master *master, const struct config *config)
    __attribute__((warn_unused_result));

/* After a reload: the path or the mode may be others. Not fatal. */
void control_follow(struct master *master);

/* Puts the socket at its path, in place of that of a master that was replaced or has died. */
void control_publish(struct master *master);

/* Answers those that still wait, and removes the socket unless another one is at its path. */
void control_end(struct master *master);

/* Sends a part of a reply; what the socket does not take is kept, and sent when it does. False:
 * the client is gone, or there is no memory to keep it. */
bool control_say(struct control_client *client, const char *text, size_t length);

/* In a child: the sockets are the master's alone. */
void control_let_go(const struct control *control);

/* -1: there is none. Readable: control_run() has something to do. */
int control_descriptor(const struct master *master);
void control_run(struct master *master, uint64_t now);
uint64_t control_next(const struct master *master);

/* A reload begins; it is over; an upgrade is. reason NULL: all went well. */
void control_reload_begins(struct master *master);
void control_reload_over(struct master *master, const char *reason);
void control_upgrade_over(struct master *master, const char *reason);

#endif
