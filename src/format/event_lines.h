/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_lines: the last events of a process (trace.h) in words, one line each:
 *
 * -338576 us route, connection 1, request 1, status 200, /x
 * -0 us turn end, connection 1, 65536 bytes
 */
#ifndef FORMAT_EVENT_LINES_H
#define FORMAT_EVENT_LINES_H

#include <stddef.h>
#include <sys/types.h>

#include "base/line_sink.h"
#include "shared/label_names.h"
#include "shared/trace.h"

/* Writes the last events of this process, most at the most. The ring may also hold events of
 * earlier and later processes in its slot. labels may be NULL. */
void event_lines_write(const struct trace_copy *trace, pid_t pid, size_t most,
                       const struct label_names *labels, line_sink_line *line, void *argument);

#endif
