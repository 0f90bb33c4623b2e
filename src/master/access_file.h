/* SPDX-License-Identifier: BSD-2-Clause */
/* access_file: the access log of a generation. Its workers write there, and open nothing. */
#ifndef MASTER_ACCESS_FILE_H
#define MASTER_ACCESS_FILE_H

#include <stdint.h>

#include "base/outlet.h"
#include "config/config.h"

/* What the configuration names; not open if that is nothing. 0, or a negative errno with a line
 * in the log. */
int access_file_open(struct outlet *outlet, const struct config *config)
    __attribute__((warn_unused_result));

/* The same path again, after a rotation. On failure the one that is open stays. 0, or a
 * negative errno with a line in the log. */
int access_file_reopen(struct outlet *outlet, const struct config *config)
    __attribute__((warn_unused_result));

/* What all who write to it share, see outlet_write(). NULL without memory. */
uint32_t *access_file_share(void);

#endif
