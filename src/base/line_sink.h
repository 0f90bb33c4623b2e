/* SPDX-License-Identifier: BSD-2-Clause */
/* line_sink: a callback that gets text line by line. */
#ifndef BASE_LINE_SINK_H
#define BASE_LINE_SINK_H

/* Takes a line, without its end. */
typedef void line_sink_line(void *argument, const char *line);

#endif
