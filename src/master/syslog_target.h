/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * syslog_target: the socket of syslogd (unix(7), datagrams), as the log writer uses it. Each
 * message names the path of the socket, so that a syslogd that was restarted is found again.
 */
#ifndef MASTER_SYSLOG_TARGET_H
#define MASTER_SYSLOG_TARGET_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/un.h>

#include "config/config.h"
#include "format/syslog_message.h"

struct syslog_target {
    struct sockaddr_un address;
    struct syslog_message_style style;
};

/* Of a configuration with syslog. */
struct syslog_target syslog_target_of(const struct config_log *config);

/* Is anybody there? 0 or a negative errno. */
int syslog_target_probe(const struct syslog_target *target) __attribute__((warn_unused_result));

/* A socket for messages to any target. Sending waits for half a second at most. The descriptor
 * or a negative errno. */
int syslog_target_open(void) __attribute__((warn_unused_result));

/* Sends lines, each as a message; a last one may be without its newline. Returns how many bytes
 * of whole lines were taken, or -1 with errno if there are none. */
ssize_t syslog_target_write(const struct syslog_target *target, int socket, const char *lines,
                            size_t length) __attribute__((warn_unused_result));

#endif
