/* SPDX-License-Identifier: BSD-2-Clause */
/* actions: what the master does on each signal. */
#ifndef MASTER_ACTIONS_H
#define MASTER_ACTIONS_H

#include "master/state.h"

/* Reopens the log for all processes of this master. False: it can't be opened. */
bool actions_reopen_log(struct master *master);

/* The same for masters that were replaced and for a new program, too. */
bool actions_reopen(struct master *master);

/* Acts on the signals that have arrived. */
void actions_run(struct master *master);

#endif
