/* SPDX-License-Identifier: BSD-2-Clause */
/* beside: in the same directory, because rename(2) does not cross file systems. */
#include "base/beside.h"

#include <stdio.h>
#include <unistd.h>

char *
beside_name(const char *path)
{
    char *name;

    return asprintf(&name, "%s.%d", path, (int)getpid()) < 0 ? NULL : name;
}
