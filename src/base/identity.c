/* SPDX-License-Identifier: BSD-2-Clause */
/* identity: see identity.h. */
#include "base/identity.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/log.h"

int
identity_find(const char *what, const char *user, const char *group, struct identity *identity)
{
    const struct passwd *found_user;
    const struct group *found_group;

    *identity = (struct identity){ (uid_t)-1, (gid_t)-1 };
    if (user == NULL)
        return 0;
    if (geteuid() != 0) {
        log_notice("%s %s: not changed: only root can do that", what, user);
        return 0;
    }
    found_user = getpwnam(user);
    found_group = group ? getgrnam(group) : NULL;
    if (found_user == NULL || (group && found_group == NULL)) {
        log_error("%s %s, group %s: unknown", what, user, group ? group : "the user's own");
        return -1;
    }
    identity->user = found_user->pw_uid;
    identity->group = found_group ? found_group->gr_gid : found_user->pw_gid;
    return 0;
}

uid_t
identity_user(const char *user)
{
    const struct passwd *found = user ? getpwnam(user) : NULL;

    return found ? found->pw_uid : (uid_t)-1;
}

gid_t
identity_group(const char *group)
{
    const struct group *found = group ? getgrnam(group) : NULL;

    return found ? found->gr_gid : (gid_t)-1;
}

/* Groups first: only root can change them. */
int
identity_become(const struct identity *identity)
{
    if (identity->user == (uid_t)-1)
        return 0;
    if (setgroups(1, &identity->group) < 0 || setgid(identity->group) < 0 ||
        setuid(identity->user) < 0 || prctl(PR_SET_DUMPABLE, 1) < 0)
        return -errno;
    return 0;
}
