/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log: one line per event, written with one system call, so that processes that share a
 * log never mix their lines. Where lines go is sink.h's matter. Form: "2026-01-31T12:00:00.123Z
 * LEVEL process[pid]: text"; in systemd's journal "<PRIORITY>process[pid]: text".
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

#define LOG_LINE_SIZE 2048 /* bytes of a line, with its newline */

enum log_level {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_NOTICE,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG
};

/* By its name ("notice"). False: there is none. */
bool log_level_find(struct span name, enum log_level *level)
    __attribute__((warn_unused_result));

/* The priority in syslog(3). */
int log_level_priority(enum log_level level);

/* Lines above this level are dropped. Starts as LOG_LEVEL_NOTICE. */
void log_set_level(enum log_level level);

/* Names this process in its lines ("master", "worker 3"); the text is copied and cut to fit. */
void log_set_process(const char *name);

/* The next error's text, without what a line begins with, is also written there: once, while it
 * is "". Children to come do the same. NULL: nowhere. */
void log_keep_error(char *text, size_t size);

/* The identifier of the request that the process works for, a text that stays while it is set;
 * NULL: none. Lines end with it. */
void log_set_request(const char *id);

/* Control bytes and bytes above 0x7e leave as \xNN, so no peer can forge a line. */
void log_write(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for what clients can cause as often as they like: at most so many lines a second in
 * each process (0: all), and then, with the first line of another second, how many were left
 * out. */
void log_client(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_set_client_lines(unsigned most);

/* Says how many were left out, if any were. */
void log_tell_left_out(void);

#define log_error(...)   log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_write(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
