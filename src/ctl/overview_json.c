/* SPDX-License-Identifier: BSD-2-Clause */
/* overview_json: one object per line; the first name of the line says in which list or member
 * it belongs. */
#include <jansson.h>
#include <stdlib.h>

#include "base/count.h"
#include "ctl/fields.h"
#include "ctl/overview.h"

/* Where lines go. Others, from a newer daemon, are ignored. */
static const struct {
    const char *line;
    const char *member;
    bool list;
} members[] = {
    { "version", "daemon", false },    { "reload", "reload", false },
    { "loading", "loading", false },   { "listener", "listeners", true },
    { "override", "overrides", true }, { "generation", "generations", true },
    { "worker", "workers", true },
};

static bool
is_number(struct span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.length > 0 && text.length < 19;
}

static json_t *
object_of(struct span line)
{
    json_t *object = json_object();
    struct span name;
    struct span value;

    while (fields_next(&line, &name, &value)) {
        char key[64];

        snprintf(key, sizeof(key), "%.*s", (int)name.length, name.at);
        json_object_set_new(object, key,
                            is_number(value) ? json_integer(strtoll(value.at, NULL, 10))
                                             : json_stringn_nocheck(value.at, value.length));
    }
    return object;
}

static void
overview_json_add(json_t *all, struct span line)
{
    for (size_t i = 0; i < COUNT(members); i++) {
        if (!rates_is(line, members[i].line))
            continue;
        if (members[i].list)
            json_array_append_new(json_object_get(all, members[i].member), object_of(line));
        else
            json_object_set_new(all, members[i].member, object_of(line));
    }
}

static void
put_memory(json_t *workers, const struct rates *rates)
{
    for (size_t i = 0; i < rates->count; i++)
        json_object_set_new(json_array_get(workers, i), "pss",
                            rates->rows[i].has_pss
                                ? json_integer((json_int_t)rates->rows[i].pss)
                                : json_null());
}

void
overview_json_print(const char *reply, const struct rates *rates, FILE *out)
{
    json_t *all = json_object();
    struct span rest = span_of(reply);
    struct span line;

    for (size_t i = 0; i < COUNT(members); i++)
        if (members[i].list)
            json_object_set_new(all, members[i].member, json_array());
    while (fields_next_line(&rest, &line))
        overview_json_add(all, line);
    put_memory(json_object_get(all, "workers"), rates);
    json_dumpf(all, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(all);
}
