/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * syslog_message: a line of the log (log.h) as a message to syslogd. RFC 3164 without a host
 * name, as syslog(3) sends it and every syslogd reads it from /dev/log:
 *
 * <29>Jan 31 13:00:00 tiffd[123]: worker 3: text
 *
 * or RFC 5424:
 *
 * <29>1 2026-01-31T12:00:00.123Z host tiffd 123 - - worker 3: text
 */
#ifndef FORMAT_SYSLOG_MESSAGE_H
#define FORMAT_SYSLOG_MESSAGE_H

#include <limits.h>
#include <stddef.h>

#include "base/log.h"
#include "base/span.h"
#include "config/config.h"

enum {
    SYSLOG_MESSAGE_MAX = LOG_LINE_SIZE + HOST_NAME_MAX + 128, /* bytes of a message */
};

/* What messages have in common. */
struct syslog_message_style {
    enum syslog_format format;
    unsigned facility;            /* RFC 5424, section 6.2.1 */
    char tag[SYSLOG_TAG_MAX + 1]; /* the name of the program */
    char host[HOST_NAME_MAX + 1]; /* "": unknown */
};

/* Writes the message for a line without its newline, and returns its length. A line of another
 * form is a notice of this process, as a whole. Needs tzset(3) before a sandbox is entered. */
size_t syslog_message_write(char message[static SYSLOG_MESSAGE_MAX],
                            const struct syslog_message_style *style, struct span line);

#endif
