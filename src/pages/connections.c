/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connections: copies the rows that workers keep in shared memory; this works for stuck and
 * stopped workers, too.
 */
#include "pages/connections.h"

#include <errno.h>
#include <inttypes.h>

#include "base/count.h"
#include "format/count_profile.h"
#include "pages/connection_list.h"
#include "pages/connections_json.h"
#include "pages/profile_reply.h"
#include "pages/worker_stacks.h"
#include "shared/trace.h"

#define LINE_SIZE 1024

/* --- printing ----------------------------------------------------------------------------- */

static void
print_body(FILE *out, const struct connection_entry *entry)
{
    const struct row *row = &entry->row;
    const char *object = label_names_object(&entry->view->shared->labels, row->label);

    if (object)
        fprintf(out, ", %s", object);
    if (row->end > 0)
        fprintf(out, ", byte %" PRIu64 " of %" PRIu64, row->position, row->end);
    if (row->stalled > 0)
        fprintf(out, ", stalled %.3f s", (double)row->stalled / 1e9);
}

/* A wait that is not over yet. */
static void
print_wait(FILE *out, const struct row *row, uint64_t now)
{
    const char *reason = connection_list_reason(row);

    if (reason)
        fprintf(out, ", waits %.3f s for %s", connection_list_waited(row, now), reason);
}

static void
print_entry(FILE *out, const struct connection_entry *entry, uint64_t now)
{
    const struct row *row = &entry->row;

    fprintf(out, "worker %u", entry->worker);
    if (entry->view->shared->generation > 0)
        fprintf(out, " of generation %u", entry->view->shared->generation);
    fprintf(out,
            ", connection %" PRIu32 ", age %.3f s, in this state %.3f s, requests %" PRIu32,
            row->connection, connection_list_seconds(now, row->opened),
            connection_list_seconds(now, row->since), row->requests);
    print_body(out, entry);
    print_wait(out, row, now);
}

static void
print_state(FILE *out, const struct connection_list *list, enum row_state state, uint64_t now)
{
    uint64_t count = 0;

    for (size_t i = 0; i < list->count; i++)
        count += list->items[i].row.state == state;
    count_profile_group(out, marker_of_state(state), rows_state_name(state), count);
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].row.state != state)
            continue;
        fputs("#\t    ", out);
        print_entry(out, &list->items[i], now);
        fputc('\n', out);
    }
}

static void
print_comment(void *argument, const char *line)
{
    fprintf(argument, "#\t%s\n", line);
}

static int
connections_write_text(struct page *page, const struct connection_list *list)
{
    const uint64_t now = trace_now();

    const struct worker_stacks_wish wish = { page->query.worker, page->query.arguments != 0 };

    count_profile_begin(page->out, "goroutine", list->count);
    for (enum row_state state = 0; state < ROW_STATES; state++)
        print_state(page->out, list, state, now);
    if (page->query.debug == 2 && !page->head_only)
        worker_stacks_lines(page->view, &wish, print_comment, page->out);
    return count_profile_end(page->out);
}

/* --- as lines ----------------------------------------------------------------------------- */

static void
connections_write_line(const struct connection_entry *entry, uint64_t now, line_sink_line *line,
                       void *argument)
{
    char text[LINE_SIZE] = "";
    FILE *out = fmemopen(text, sizeof(text), "w");

    if (out == NULL)
        return;
    fprintf(out, "%s: ", rows_state_name((enum row_state)entry->row.state));
    print_entry(out, entry, now);
    fclose(out);
    text[sizeof(text) - 1] = '\0';
    line(argument, text);
}

int
connections_lines(const struct view *view, size_t most, line_sink_line *line, void *argument)
{
    const uint64_t now = trace_now();
    struct connection_list list = { 0 };
    int error = connection_list_take(view, SCOPE_ALL, &list);
    char text[LINE_SIZE];

    for (size_t i = 0; error == 0 && i < list.count && i < most; i++)
        connections_write_line(&list.items[i], now, line, argument);
    if (error == 0 && list.count > most) {
        snprintf(text, sizeof(text), "%zu more are left out", list.count - most);
        line(argument, text);
    }
    connection_list_free(&list);
    return error;
}

/* --- as a profile ------------------------------------------------------------------------- */

/* A part for each worker that has any: its entries follow each other. */
static unsigned
count_workers(const struct connection_list *list)
{
    unsigned count = 0;

    for (size_t i = 0; i < list->count; i++)
        count += i == 0 || list->items[i].worker != list->items[i - 1].worker ||
                 list->items[i].view != list->items[i - 1].view;
    return count;
}

static void
fill(struct profile *profile, const struct connection_list *list)
{
    struct profile_part *part = profile->parts - 1;

    for (size_t i = 0; i < list->count; i++) {
        const struct connection_entry *entry = &list->items[i];

        if (i == 0 || entry->worker != entry[-1].worker || entry->view != entry[-1].view) {
            part++;
            part->worker = entry->worker;
            part->labels = &entry->view->shared->labels;
        }
        profile_count(part, entry->row.label,
                      marker_pc(marker_of_state((enum row_state)entry->row.state)), 1);
    }
}

static int
connections_write_profile(struct page *page, const struct connection_list *list)
{
    const unsigned parts = count_workers(list);
    struct profile *profile = profile_create(PROFILE_GOROUTINE, parts > 0 ? parts : 1);

    if (profile == NULL)
        return -ENOMEM;
    fill(profile, list);
    profile_reply_write(page, &(const struct profile_reply){ .profile = profile,
                                                             .file_name = "goroutine" });
    profile_free(profile);
    return 0;
}

void
connections_goroutine(struct page *page)
{
    struct connection_list list = { 0 };
    int error = connection_list_take(page->view, page->query.worker, &list);

    if (error == 0 && page->query.format == QUERY_JSON)
        error = connections_json_write(page, &list);
    else if (error == 0)
        error = profile_reply_wanted(page) ? connections_write_profile(page, &list)
                                           : connections_write_text(page, &list);
    if (error < 0)
        page_fail(page, error);
    connection_list_free(&list);
}

uint64_t
connections_count(const struct shared *shared, unsigned worker)
{
    return slot_read(&slots_worker(&shared->slots, worker)->connections);
}
