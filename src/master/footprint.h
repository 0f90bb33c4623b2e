/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * footprint: how much memory the daemon can take at most, the kernel's buffers included, as a
 * pure function of the configuration. Objects, and what maps them, are not part of it.
 */
#ifndef MASTER_FOOTPRINT_H
#define MASTER_FOOTPRINT_H

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

/* Limits of the kernel's own (tcp(7), socket(7)), in bytes. */
struct footprint_kernel {
    uint64_t tcp_wmem; /* of a send buffer that it adjusts */
    uint64_t wmem_max; /* of one that is set, before it is doubled */
    uint64_t rmem_max; /* the same of a receive buffer */
};

/* Bytes. */
struct footprint {
    uint64_t connection; /* one, with the buffers of its socket */
    uint64_t worker;     /* one, with all its connections */
    uint64_t daemon;     /* all processes of one generation, and what waits to be accepted */
};

/* Limits that can't be read have Linux' defaults. */
struct footprint_kernel footprint_kernel(void);

struct footprint footprint_of(const struct config *config,
                              const struct footprint_kernel *kernel);

#define FOOTPRINT_TEXT_SIZE 160

/* "at most 300 MiB without objects: 2 workers of 140 MiB, each with ...". */
void footprint_text(char text[FOOTPRINT_TEXT_SIZE], const struct config *config);

#endif
