/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debug_env: the environment variable TIFFD_DEBUG, "schedtrace=1000,alloctrace=1000", turned
 * into overrides of the command line's kind.
 */
#ifndef CONFIG_DEBUG_ENV_H
#define CONFIG_DEBUG_ENV_H

#include <stdbool.h>
#include <stddef.h>

#define DEBUG_ENV_NAME       "TIFFD_DEBUG"
#define DEBUG_ENV_SETTINGS   2
#define DEBUG_ENV_TEXT_MAX   40
#define DEBUG_ENV_ERROR_SIZE 160

struct debug_env {
    char overrides[DEBUG_ENV_SETTINGS][DEBUG_ENV_TEXT_MAX]; /* "debug.schedtrace=1000ms" */
    size_t count;
};

/* Reads the variable's text; NULL and "" set nothing. False: error holds one line that names
 * the setting, what was found and what is accepted. */
bool debug_env_read(struct debug_env *debug, const char *text, char error[DEBUG_ENV_ERROR_SIZE])
    __attribute__((warn_unused_result));

#endif
