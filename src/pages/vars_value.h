/* SPDX-License-Identifier: BSD-2-Clause */
/* vars_value: members of the JSON objects of vars.h. Without memory they are missing. */
#ifndef PAGES_VARS_VALUE_H
#define PAGES_VARS_VALUE_H

#include <jansson.h>
#include <stdint.h>

#include "shared/slots.h"

void vars_value_put(json_t *object, const char *name, uint64_t value);

/* A time in ns, as seconds. */
void vars_value_seconds(json_t *object, const char *name, uint64_t ns);

/* "requests", "sent_bytes" and "status", the requests by class. */
void vars_value_counters(json_t *object, const struct slot_counters *counters);

#endif
