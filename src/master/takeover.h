/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * takeover: the new program's side of an upgrade (upgrade.h is the old one's). It gets the
 * listen sockets of the old master, and serves beside it until that one has agreed to drain.
 * From then on socket and pid files are its own. Replaced masters are told when this one ends.
 */
#ifndef MASTER_TAKEOVER_H
#define MASTER_TAKEOVER_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define TAKEOVER_MAX 8 /* replaced masters that drain at a time */

struct master;

/* The last one is the old master of this upgrade; others were replaced earlier and still
 * drain. */
struct takeover {
    struct takeover_peer {
        int socket;
        pid_t pid;
    } peers[TAKEOVER_MAX];
    unsigned count;
    unsigned generation; /* the number of this program's first one */
    bool upgraded;       /* this program was started by an old master */
    bool agreed;         /* which drains, or there is none */
    uint64_t until;      /* ending: when replaced masters are no longer waited for; 0: always */
};

/* Has an old master started this program? */
bool takeover_expected(void);

/* Takes its sockets over. 0 or -1 with a line in the log. */
int takeover_receive(struct master *master) __attribute__((warn_unused_result));

/* The master that may hold the lock of the pid file; 0: none. */
pid_t takeover_predecessor(const struct master *master);

/* All workers serve: the old master may drain. */
void takeover_announce(struct master *master);

/* Reads what replaced masters say, and notices their end. */
void takeover_run(struct master *master, uint64_t now);

/* Tells all replaced masters, see upgrade.c. */
void takeover_tell(const struct master *master, const char *line);

/* The daemon ends: replaced masters do, too, and are waited for until this time. */
void takeover_end(struct master *master, const char *line, uint64_t until);

/* Is there no replaced master to wait for? */
bool takeover_over(const struct master *master);
uint64_t takeover_next(const struct master *master);

/* What to poll(2) for; returns how many. */
unsigned takeover_poll(const struct master *master, struct pollfd fds[static TAKEOVER_MAX]);

/* Closes all sockets, as in a child. */
void takeover_let_go(const struct takeover *takeover);

#endif
