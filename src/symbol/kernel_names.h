/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_names: the kernel's functions, from proc_kallsyms(5). The kernel shows their addresses
 * to whoever opened the file with CAP_SYSLOG (see kernel.kptr_restrict), so the master opens
 * it, and other processes read it.
 */
#ifndef SYMBOL_KERNEL_NAMES_H
#define SYMBOL_KERNEL_NAMES_H

#include <stdbool.h>
#include <stdint.h>

struct kernel_names;

#define KERNEL_NAMES_FILE "/proc/kallsyms"

/* Opens the file for this process and its future children instead of the one that was open.
 * NULL: only closes that. 0 or a negative errno. */
int kernel_names_open(const char *path) __attribute__((warn_unused_result));

/* Reads the file that is open. NULL: none is, or out of memory. */
struct kernel_names *kernel_names_read(void) __attribute__((warn_unused_result));

void kernel_names_free(struct kernel_names *names);

/* Is it an address of the kernel? */
bool kernel_names_covers(uintptr_t address);

/* The function at an address, "[kernel]" if it is unknown. Valid until kernel_names_free(). */
const char *kernel_names_find(const struct kernel_names *names, uintptr_t address);

#endif
