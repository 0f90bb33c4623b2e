/* SPDX-License-Identifier: BSD-2-Clause */
/* remote: "tiffd -s SIGNAL": signals a running daemon, by its pid file. */
#ifndef MASTER_REMOTE_H
#define MASTER_REMOTE_H

#include "config/config.h"

/* The words that remote_signal() takes, for error texts and the help. */
#define REMOTE_SIGNALS "reload, reopen, upgrade, quit, stop"

/* The signal that a word stands for; 0: none. */
int remote_signal_of(const char *word) __attribute__((pure));

/* Sends it to the daemon with this configuration; it does not wait for the outcome, as
 * tiffctl(8) does. 0, or -1 with a line on standard error. */
int remote_signal(const struct config *config, int number) __attribute__((warn_unused_result));

#endif
