/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control: the control socket, which tiffctl(8) speaks to. A client sends a command in one
 * line. The reply is lines "NAME=VALUE ...", and at last "ok" or "error: REASON", when the
 * outcome is known. The permissions of the socket say who may.
 */
#ifndef MASTER_CLI_H
#define MASTER_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "master/control_socket.h"

#define CLI_CLIENTS_MAX 16
#define CLI_LINE_MAX    256
#define CLI_OK          "ok\n"

struct config;
struct master;

/* What a client waits for. */
enum cli_waits {
    CLI_COMMAND, /* to send one */
    CLI_REPLIED, /* nothing more */
    CLI_RELOAD,
    CLI_UPGRADE,
    CLI_END
};

struct cli_client {
    int fd;
    enum cli_waits waits;
    unsigned reload; /* CLI_RELOAD: the first one that counts, as of cli.reloads */
    uint64_t until;  /* CLI_COMMAND: when it is closed */
    unsigned length; /* of line so far */
    char line[CLI_LINE_MAX];
};

/* Begins zeroed: there is no control socket. */
struct cli {
    struct cli_socket socket; /* without a path there is none */
    int epoll_fd;             /* of the listener and all clients */
    unsigned reloads;         /* that have begun */
    unsigned count;
    struct cli_client clients[CLI_CLIENTS_MAX];
};

/* Listens beside the path of [server] control. 0, or -1 with a line in the log. */
int cli_prepare(struct master *master, const struct config *config)
    __attribute__((warn_unused_result));

/* After a reload: the path or the mode may be others. Not fatal. */
void cli_follow(struct master *master);

/* Puts the socket at its path, in place of that of a master that was replaced or has died. */
void cli_publish(struct master *master);

/* Answers those that still wait, and removes the socket unless another one is at its path. */
void cli_end(struct master *master);

/* Sends a part of a reply. False: it was not taken whole. */
bool cli_say(const struct cli_client *client, const char *text, size_t length);

/* In a child: the sockets are the master's alone. */
void cli_let_go(const struct cli *cli);

/* -1: there is none. Readable: cli_run() has something to do. */
int cli_descriptor(const struct master *master);
void cli_run(struct master *master, uint64_t now);
uint64_t cli_next(const struct master *master);

/* A reload begins; it is over; an upgrade is. reason NULL: all went well. */
void cli_reload_begins(struct master *master);
void cli_reload_over(struct master *master, const char *reason);
void cli_upgrade_over(struct master *master, const char *reason);

#endif
