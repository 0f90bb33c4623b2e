/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * path: resolves relative paths of the configuration against the directory of its file.
 */
#ifndef CONFIG_PATH_H
#define CONFIG_PATH_H

/* The absolute directory of file, without symbolic links; "/" when it can't be found. The
 * caller frees it. */
char *path_directory(const char *file) __attribute__((warn_unused_result));

/* path, or if it is relative the absolute path that it has below directory, without "./" and
 * "../" at its beginning. Pure; the caller frees it. */
char *path_resolve(const char *directory, const char *path) __attribute__((warn_unused_result));

#endif
