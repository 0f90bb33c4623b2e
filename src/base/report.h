/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report: collects the errors of a configuration, so that one run reports them all.
 */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include <stddef.h>

/* Where a setting was written: "tiffd.ini", 12; line 0 means the command line (-o). */
struct origin {
    const char *file; /* borrowed; outlives the configuration that holds it */
    unsigned line;
};

struct report {
    char *text;    /* "FILE:LINE: message\n", repeated; NULL while there is none */
    size_t length; /* of text */
    size_t count;  /* errors so far */
};

/* Adds one error. Never fails: without memory the count still grows. */
void report_error(struct report *report, struct origin origin, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Each error as a line of the log, with "what: " before it. */
void report_log(const struct report *report, const char *what);

void report_free(struct report *report);

#endif
