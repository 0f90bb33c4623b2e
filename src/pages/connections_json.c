/* SPDX-License-Identifier: BSD-2-Clause */
/* connections_json: see connections_json.h; the names are those of the text. */
#include "pages/connections_json.h"

#include <errno.h>
#include <jansson.h>

#include "shared/trace.h"

static void
put_number(json_t *object, const char *name, uint64_t value)
{
    json_object_set_new(object, name, json_integer((json_int_t)value));
}

static void
connections_json_put_real(json_t *object, const char *name, double value)
{
    json_object_set_new(object, name, json_real(value));
}

/* A name from a configuration, or null. */
static void
put_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new(object, name, text ? json_string(text) : json_null());
}

static json_t *
one_connection(const struct connection_entry *entry, uint64_t now)
{
    const struct row *row = &entry->row;
    const char *reason = connection_list_reason(row);
    json_t *value = json_object();

    put_number(value, "generation", entry->view->shared->generation);
    put_number(value, "worker", entry->worker);
    put_number(value, "connection", row->connection);
    put_text(value, "state", rows_state_name((enum row_state)row->state));
    connections_json_put_real(value, "age_seconds", connection_list_seconds(now, row->opened));
    connections_json_put_real(value, "state_seconds", connection_list_seconds(now, row->since));
    put_number(value, "requests", row->requests);
    put_text(value, "object", label_names_object(&entry->view->shared->labels, row->label));
    put_number(value, "position", row->position);
    put_number(value, "end", row->end);
    connections_json_put_real(value, "stalled_seconds", (double)row->stalled / 1e9);
    put_text(value, "waits_for", reason);
    connections_json_put_real(value, "waits_seconds",
                              reason ? connection_list_waited(row, now) : 0);
    return value;
}

int
connections_json_write(struct page *page, const struct connection_list *list)
{
    const uint64_t now = trace_now();
    json_t *value = json_object();
    json_t *connections = json_array();
    int error;

    put_number(value, "count", list->count);
    json_object_set_new(value, "connections", connections);
    for (size_t i = 0; i < list->count && i < query_rows(&page->query); i++)
        json_array_append_new(connections, one_connection(&list->items[i], now));
    page->type = PAGE_JSON;
    error = value ? json_dumpf(value, page->out, JSON_COMPACT | JSON_REAL_PRECISION(9)) : -1;
    json_decref(value);
    fputc('\n', page->out);
    return error < 0 ? -ENOMEM : 0;
}
