/* SPDX-License-Identifier: BSD-2-Clause */
/* identity: the users that processes run as and files belong to. */
#ifndef BASE_IDENTITY_H
#define BASE_IDENTITY_H

#include <sys/types.h>

struct identity {
    uid_t user; /* (uid_t) -1: stay who we are */
    gid_t group;
};

/* Looks up the user and the group (NULL: the user's own). No user, or not being root, which
 * alone may change: stay. what names the setting in the log. 0, or -1 with a line in the log.
 */
int identity_find(const char *what, const char *user, const char *group,
                  struct identity *identity) __attribute__((warn_unused_result));

/* The id of a user or a group by name; -1: none is named, or not known. */
uid_t identity_user(const char *user);
gid_t identity_group(const char *group);

/* Becomes that user for good. Processes of the same user may then still look into this one, and
 * a crash may leave a core, both of which the kernel forbids after a change unless told. 0 or a
 * negative errno. See setuid(2), PR_SET_DUMPABLE in prctl(2). */
int identity_become(const struct identity *identity) __attribute__((warn_unused_result));

#endif
