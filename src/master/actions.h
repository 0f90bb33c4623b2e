/* SPDX-License-Identifier: BSD-2-Clause */
/* actions: what the master does on each signal. */
#ifndef MASTER_ACTIONS_H
#define MASTER_ACTIONS_H

#include "master/state.h"

/* Acts on the signals that have come. */
void actions_run(struct master *master);

#endif
