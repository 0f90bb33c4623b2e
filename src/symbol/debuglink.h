/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debuglink: finds the debug information that a stripped file names in .gnu_debuglink: beside
 * it, or in .debug there. Asks no server and loads no library, as libdwfl's own search does.
 */
#ifndef SYMBOL_DEBUGLINK_H
#define SYMBOL_DEBUGLINK_H

#include <stdint.h>

/* A descriptor of the file with this name and checksum (CRC 32 of all of it); -1: there is
 * none. path: the stripped file. *found is its name, to be freed. */
int debuglink_open(const char *path, const char *name, uint32_t checksum, char **found)
    __attribute__((warn_unused_result));

#endif
