/* SPDX-License-Identifier: BSD-2-Clause */
/* verbs: the commands of tiffctl(8), which verb_list.h lists. */
#ifndef CTL_VERBS_H
#define CTL_VERBS_H

#include <stddef.h>

#include "ctl/task.h"

enum verb_argument { ARGUMENT_NONE, ARGUMENT_OPTIONAL, ARGUMENT_REQUIRED };

struct verb {
    const char *name;
    enum verb_argument takes;
    const char *argument; /* name of the argument in the help */
    int (*run)(const struct task *task);
    const char *help;
};

extern const struct verb verbs_table[];
extern const size_t verbs_count;

/* NULL: there is no such command. */
const struct verb *verbs_find(const char *name) __attribute__((pure));

#endif
