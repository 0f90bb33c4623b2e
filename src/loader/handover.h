/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handover: loaded objects go from the loader to the master, one message each, over a pair of
 * Unix sockets (SOCK_SEQPACKET), with the descriptor of their memory or their file (SCM_RIGHTS,
 * see unix(7)). The loader has read bytes of files, so the master checks all that it says.
 */
#ifndef LOADER_HANDOVER_H
#define LOADER_HANDOVER_H

#include "object/catalogue.h"

/* Both ends; the master's, which is the first, does not block. 0 or a negative errno. */
int handover_open(int ends[2]) __attribute__((warn_unused_result));

/* Sends a loaded object, and its number in the catalogue; waits until there is space. 0 or a
 * negative errno. */
int handover_send(int fd, const struct object *object, uint32_t number)
    __attribute__((warn_unused_result));

/* The same with a tree, and its number in the catalogue. */
int handover_send_tree(int fd, const struct tree *tree, uint32_t number)
    __attribute__((warn_unused_result));

/* One of both, or none: more belongs to it. */
struct handover_taken {
    struct object *object;
    struct tree *tree;
};

/*
 * Takes the next object into the catalogue, where it is then to be attached. 1; 0: there is
 * none now; -EPIPE: the loader's end is closed; -EMFILE: this process has no descriptors left;
 * -EPROTO: the message is invalid.
 */
int handover_take(int fd, struct catalogue *catalogue, const struct catalogue *previous,
                  struct handover_taken *taken) __attribute__((warn_unused_result));

#endif
