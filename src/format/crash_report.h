/* SPDX-License-Identifier: BSD-2-Clause */
/* crash_report: logs a crash record (crash.h) from a healthy process. */
#ifndef FORMAT_CRASH_REPORT_H
#define FORMAT_CRASH_REPORT_H

#include <stddef.h>

#include "shared/label_names.h"
#include "stack/crash.h"

struct confinement;

#define CRASH_REPORT_LINE 640

/* "worker 0: SIGSEGV (address not mapped) at 0x10, thread 5, connection 12, request 3, for
 * /tiff"; labels may be NULL. */
void crash_report_describe(const struct crash_record *record, const char *who,
                           const struct label_names *labels,
                           char line[static CRASH_REPORT_LINE]);

/* Logs that line and the stack, one line per frame. */
void crash_report_log(const struct crash_record *record, const char *who,
                      const struct label_names *labels);

/* The same in a child, because looking up symbols reads files and can be slow. 0 or a negative
 * errno. */
int crash_report_fork(const struct crash_record *record, const char *who,
                      const struct label_names *labels, const struct confinement *confinement);

#endif
