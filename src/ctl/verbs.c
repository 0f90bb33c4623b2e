/* SPDX-License-Identifier: BSD-2-Clause */
/* verbs: finds a command by name. */
#include "ctl/verbs.h"

#include <string.h>

#include "base/count.h"
#include "ctl/act.h"
#include "ctl/checking.h"
#include "ctl/dump.h"
#include "ctl/memory_use.h"
#include "ctl/observed.h"
#include "ctl/status.h"
#include "ctl/top.h"

const struct verb verbs_table[] = {
#define VERB(name, takes, argument, run, help) { name, ARGUMENT_##takes, argument, run, help },
#include "ctl/verb_list.h"
#undef VERB
};

const size_t verbs_count = COUNT(verbs_table);

const struct verb *
verbs_find(const char *name)
{
    for (size_t i = 0; i < verbs_count; i++)
        if (strcmp(name, verbs_table[i].name) == 0)
            return &verbs_table[i];
    return NULL;
}
