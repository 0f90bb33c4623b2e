/* SPDX-License-Identifier: BSD-2-Clause */
/* date: HTTP-date (RFC 9110 section 5.6.7). */
#ifndef HTTP_DATE_H
#define HTTP_DATE_H

#include <stdbool.h>
#include <time.h>

#include "base/span.h"

enum {
    DATE_LENGTH = 29, /* "Sun, 06 Nov 1994 08:49:37 GMT" */
    DATE_SIZE = DATE_LENGTH + 1,
};

/* Writes IMF-fixdate and a NUL. Times before 1970 and after 9999 are moved to those bounds. */
void date_format(char out[DATE_SIZE], time_t time);

/*
 * Reads any of the three forms, exactly as the grammar has them: case, widths and ranges count;
 * the name of the day must be one but need not be the right one. A two-digit year is the latest
 * such year that lies no more than 50 years after now. False, and *time left alone, for
 * anything else.
 */
bool date_parse(struct span text, time_t now, time_t *time) __attribute__((warn_unused_result));

#endif
