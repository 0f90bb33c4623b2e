/* SPDX-License-Identifier: BSD-2-Clause */
/* field_lines: the lines of response heads that many representations have in common. */
#ifndef HTTP_FIELD_LINES_H
#define HTTP_FIELD_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* See representation.h. */
struct field_lines {
    char *text;         /* that the others lie in */
    struct span all;    /* of responses with the object */
    struct span common; /* of them, of errors and responses to OPTIONS, too */
};

/*
 * Accept-Ranges if there are ranges, Cache-Control unless NULL, and extra ("Name: value",
 * without line ends). Extra fields that do not describe the content are also sent with errors
 * and with the response to OPTIONS. 0 or -ENOMEM.
 */
int field_lines_create(struct field_lines *lines, bool ranges, const char *cache_control,
                       const char *const *extra, size_t count)
    __attribute__((warn_unused_result));
void field_lines_free(struct field_lines *lines);

#endif
