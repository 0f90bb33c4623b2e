/* SPDX-License-Identifier: BSD-2-Clause */
/* access_file: the access log of a generation. Its workers write there, and open nothing. */
#ifndef MASTER_ACCESS_FILE_H
#define MASTER_ACCESS_FILE_H

#include <stdint.h>

#include "base/outlet.h"
#include "config/config.h"

struct log_writer;

struct access_file {
    const char *path; /* as configured; NULL: there is none */
    struct outlet outlet;
    const struct log_writer *writer; /* reads from the outlet; NULL: it is not a log writer's */
};

#define ACCESS_FILE_NONE ((struct access_file){ .outlet = OUTLET_NONE })

/* Opens what the configuration names, if anything. If known (NULL: none), that of another
 * generation, has the same path, both share it. 0, or a negative errno with a line in the log.
 */
int access_file_open(struct access_file *file, const struct config *config,
                     const struct access_file *known) __attribute__((warn_unused_result));

/* Opens the same path again, after a rotation. On failure what is open stays. Returns as above.
 */
int access_file_reopen(struct access_file *file, const struct config *config,
                       const struct access_file *known) __attribute__((warn_unused_result));

void access_file_close(struct access_file *file);

/* What all who write to it share, see outlet_write(). NULL without memory. */
uint32_t *access_file_share(void);

#endif
