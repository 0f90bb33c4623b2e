/* SPDX-License-Identifier: BSD-2-Clause */
/* program: the path of the program that an upgrade starts. */
#ifndef MASTER_PROGRAM_H
#define MASTER_PROGRAM_H

/*
 * The absolute path by which this process was started, from the first of its arguments and,
 * where that has no slash, PATH; a symbolic link stays one, so that it may lead to another
 * version later. Where nothing there is this program, its path as the kernel knows it. Call
 * before the file may be replaced. The caller's to free; NULL: unknown.
 */
char *program_find(const char *argument) __attribute__((warn_unused_result));

#endif
