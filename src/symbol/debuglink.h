/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debuglink: finds the debug information that .gnu_debuglink of a stripped file names: beside
 * the file or in .debug there. Unlike libdwfl's own search, it contacts no server and loads no
 * library.
 */
#ifndef SYMBOL_DEBUGLINK_H
#define SYMBOL_DEBUGLINK_H

#include <stdint.h>

/* Opens the file with this name and checksum (CRC 32 of the whole file). path: the stripped
 * file. *found: its name; the caller frees it. -1: there is none. */
int debuglink_open(const char *path, const char *name, uint32_t checksum, char **found)
    __attribute__((warn_unused_result));

#endif
