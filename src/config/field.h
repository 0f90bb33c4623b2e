/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * field: which header fields the configuration may add. Pure.
 */
#ifndef CONFIG_FIELD_H
#define CONFIG_FIELD_H

#include <stdbool.h>

#include "base/span.h"

/* RFC 9110 section 5.6.2 */
bool field_is_token(struct span text);

/* The other functions return NULL, or what is wrong in words that follow the text found. */

/* A field name: a token (RFC 9110 section 5.6.2) that tiffd does not write itself. */
const char *field_name_problem(struct span name);

/* A field value (RFC 9110 section 5.5), in ASCII as senders should; may be empty. */
const char *field_value_problem(struct span value);

/* A media type with optional parameters (RFC 9110 section 8.3.1). */
const char *field_media_problem(const char *value);

/* Splits "Name: value" into two checked parts within text, without the white space around. */
const char *field_split(const char *text, struct span *name, struct span *value);

#endif
