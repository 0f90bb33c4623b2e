/* SPDX-License-Identifier: BSD-2-Clause */
/* title: the title that ps(1) shows for a process. */
#ifndef BASE_TITLE_H
#define BASE_TITLE_H

/* Called once, early in main(): from then on titles are written where the strings of the
 * command line and the environment lie. These move; arguments and environ point to them
 * afterwards. */
void title_init(char **arguments);

/* The title is "tiffd: " and the text, which has up to 63 bytes, the rest is cut off; so is
 * what the command line and the environment had no space for. */
void title_set(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
