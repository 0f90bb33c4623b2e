/* SPDX-License-Identifier: BSD-2-Clause */
/* notify: tells the service manager something, as sd_notify(3) does. */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

/* Sends this text, "NAME=value" and more such lines, to the socket that NOTIFY_SOCKET names. 0,
 * also when it names none, or a negative errno. */
int notify_send(const char *text) __attribute__((warn_unused_result));

#endif
