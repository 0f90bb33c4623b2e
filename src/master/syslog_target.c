/* SPDX-License-Identifier: BSD-2-Clause */
/* syslog_target: the socket is never connected: a connection would end with this syslogd. */
#include "master/syslog_target.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/span.h"

#define PATIENCE 500000 /* microseconds for a syslogd whose queue is full */

struct syslog_target
syslog_target_of(const struct config_log *config)
{
    struct syslog_target target = {
        .address.sun_family = AF_UNIX,
        .style = { .format = config->syslog_format, .facility = config->syslog_facility },
    };

    snprintf(target.address.sun_path, sizeof(target.address.sun_path), "%s", config->syslog);
    snprintf(target.style.tag, sizeof(target.style.tag), "%s", config->syslog_tag);
    if (gethostname(target.style.host, sizeof(target.style.host) - 1) < 0)
        target.style.host[0] = '\0';
    return target;
}

int
syslog_target_probe(const struct syslog_target *target)
{
    const int fd = syslog_target_open();
    int error = 0;

    if (fd < 0)
        return fd;
    if (connect(fd, (const struct sockaddr *)&target->address, sizeof(target->address)) < 0)
        error = -errno;
    close(fd);
    return error;
}

int
syslog_target_open(void)
{
    const struct timeval patience = { .tv_usec = PATIENCE };
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
        return -errno;
    return fd;
}

static bool
send_line(const struct syslog_target *target, int socket, struct span line)
{
    char message[SYSLOG_MESSAGE_MAX];
    struct sockaddr_un address = target->address;
    struct iovec part = { message, syslog_message_write(message, &target->style, line) };
    const struct msghdr packet = {
        .msg_name = &address, .msg_namelen = sizeof(address), .msg_iov = &part, .msg_iovlen = 1
    };

    return sendmsg(socket, &packet, MSG_NOSIGNAL) >= 0;
}

ssize_t
syslog_target_write(const struct syslog_target *target, int socket, const char *lines,
                    size_t length)
{
    struct span rest = { lines, length };
    size_t sent = 0;

    while (rest.length > 0) {
        const struct span line = span_cut(&rest, '\n');

        if (line.length > 0 && !send_line(target, socket, line))
            return sent > 0 ? (ssize_t)sent : -1;
        sent = length - rest.length;
    }
    return (ssize_t)sent;
}
