/* SPDX-License-Identifier: BSD-2-Clause */
/* vars_value: see vars_value.h. */
#include "pages/vars_value.h"

#define NS 1e9 /* a second's */

void
vars_value_put(json_t *object, const char *name, uint64_t value)
{
    json_object_set_new(object, name, json_integer((json_int_t)value));
}

void
vars_value_seconds(json_t *object, const char *name, uint64_t ns)
{
    json_object_set_new(object, name, json_real((double)ns / NS));
}

static json_t *
status_classes(const struct slot_counters *counters)
{
    json_t *classes = json_object();
    char name[] = "1xx";

    for (unsigned i = 0; i < SLOTS_STATUS_CLASSES; i++) {
        name[0] = (char)('1' + i);
        vars_value_put(classes, name, slot_read(&counters->status[i]));
    }
    return classes;
}

void
vars_value_counters(json_t *object, const struct slot_counters *counters)
{
    vars_value_put(object, "requests", slot_read(&counters->requests));
    vars_value_put(object, "sent_bytes", slot_read(&counters->bytes));
    json_object_set_new(object, "status", status_classes(counters));
}
