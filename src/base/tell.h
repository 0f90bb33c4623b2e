/* SPDX-License-Identifier: BSD-2-Clause */
/* tell: a callback for text that is told a line at a time. */
#ifndef BASE_TELL_H
#define BASE_TELL_H

/* Takes a line, without its end. */
typedef void tell_line(void *argument, const char *line);

#endif
