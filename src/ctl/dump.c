/* SPDX-License-Identifier: BSD-2-Clause */
/* dump: the daemon's output is a valid configuration. As JSON, each section is an object of
 * keys; a key that occurs several times has a list. */
#include "ctl/dump.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/span.h"
#include "ctl/contact.h"
#include "ctl/fields.h"
#include "ctl/outcome.h"

static void
dump_add(json_t *section, const char *key, struct span value)
{
    json_t *text = json_stringn_nocheck(value.at ? value.at : "", value.length);
    json_t *before = json_object_get(section, key);

    if (before == NULL) {
        json_object_set_new_nocheck(section, key, text);
    } else if (json_is_array(before)) {
        json_array_append_new(before, text);
    } else {
        json_t *list = json_array();

        json_array_append(list, before);
        json_array_append_new(list, text);
        json_object_set_new_nocheck(section, key, list);
    }
}

static json_t *
config_json(const char *text)
{
    json_t *all = json_object();
    json_t *section = NULL;
    struct span rest = span_of(text);
    struct span line;

    while (fields_next_line(&rest, &line)) {
        char *name;

        if (line.length == 0 || line.at[0] == '#')
            continue;
        if (line.at[0] == '[') {
            name = memory_copy_span((struct span){ line.at + 1, line.length - 2 });
            section = json_object();
            json_object_set_new_nocheck(all, name, section);
        } else {
            name = memory_copy_span(span_trim(span_cut(&line, '=')));
            dump_add(section, name, span_trim(line));
        }
        memory_free(name);
    }
    return all;
}

int
dump_run(const struct task *task)
{
    struct contact contact;
    char *text = NULL;
    char *error = contact_open(&contact, task);
    int status = EXIT_SUCCESS;

    if (error == NULL)
        error = contact_ask(&contact, "dump-config", &text);
    if (error == NULL && !task->json)
        fputs(text, stdout);
    else
        status = outcome_tell(task, error,
                              error ? NULL : json_pack("{s:o}", "config", config_json(text)));
    memory_free(error);
    free(text);
    contact_close(&contact);
    return status;
}
