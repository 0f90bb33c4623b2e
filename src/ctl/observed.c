/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * observed: fetches pages from the debug listener, whose address the master tells, so that the
 * master itself sends no profiles. Files get the binary form, terminals the text.
 */
#include "ctl/observed.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "base/memory.h"
#include "ctl/contact.h"
#include "ctl/fetch.h"
#include "ctl/fields.h"
#include "ctl/meter.h"
#include "ctl/outcome.h"

#define PAGES "/debug/pprof/"
#define MAP   "\n--- Memory map: ---\n"

static const struct observed_page {
    const char *verb;
    const char *page;
    const char *text;   /* query for standard output */
    const char *binary; /* for a file */
    unsigned seconds;   /* default duration */
} pages[] = {
    { "profile", "profile", "format=text", "format=proto", 30 },
    { "heap", "heap", "format=text", "format=proto", 0 },
    { "wall", "wall", "format=text", "format=proto", 5 },
    { "trace", "trace", "", "", 1 },
    { "stacks", "goroutine", "debug=2", "debug=2", 0 },
    { "connections", "goroutine", "debug=1", "debug=1", 0 },
};

static const struct observed_page *
page_of(const struct task *task)
{
    size_t i = 0;

    while (i + 1 < COUNT(pages) && strcmp(pages[i].verb, task->verb) != 0)
        i++;
    return &pages[i];
}

/* The address of the first debug listener, for memory_free(). NULL: there is none. */
static char *
debug_address(const char *status)
{
    struct span rest = span_of(status);
    struct span line;

    while (fields_next_line(&rest, &line))
        if (rates_is(line, "listener") &&
            span_equal(fields_find(line, "listener"), SPAN("debug")))
            return memory_copy_span(fields_find(line, "address"));
    return NULL;
}

static bool
seconds_of(const struct task *task, unsigned *seconds)
{
    char *end;
    const long number = task->argument ? strtol(task->argument, &end, 10) : 0;

    if (task->argument == NULL)
        return true;
    if (*task->argument == '\0' || *end != '\0' || number < 1 || number > 86400)
        return false;
    *seconds = (unsigned)number;
    return true;
}

static void
get_page(const struct task *task, const char *address, unsigned seconds, struct fetch *fetch)
{
    const struct observed_page *page = page_of(task);
    struct meter meter = { .verb = task->verb, .expected = seconds };
    char *target =
        memory_format(PAGES "%s?%s", page->page, task->output ? page->binary : page->text);
    char *whole = seconds > 0 ? memory_format("%s&seconds=%u", target, seconds) : NULL;
    struct session_tick tick;

    fetch_run(fetch, address, whole ? whole : target,
              seconds > 0 ? meter_begin(&meter, &tick) : NULL);
    meter_end(&meter);
    memory_free(target);
    memory_free(whole);
}

/* Writes the page to a file. NULL, or an error. */
static char *
save(const struct fetch *fetch, const char *path)
{
    FILE *out = fopen(path, "we");
    bool written = out && fwrite(fetch->body, 1, fetch->length, out) == fetch->length;

    if (out && fclose(out) != 0)
        written = false;
    return written ? NULL : memory_format("%s: %s", path, strerror(errno));
}

/* Cuts off the mappings, which tools need but people do not. */
static void
cut_map(struct fetch *fetch)
{
    char *map = fetch->body ? strstr(fetch->body, MAP) : NULL;

    if (map)
        fetch->length = (size_t)(map - fetch->body);
}

/* A page as a list of lines; a trace is already JSON. */
static json_t *
page_json(const struct task *task, const struct fetch *fetch)
{
    json_t *lines = json_array();
    struct span rest = { fetch->body, fetch->length };
    struct span line;

    if (task->output)
        return json_pack("{s:s, s:I, s:o}", "file", task->output, "bytes",
                         (json_int_t)fetch->length, "lines", lines);
    while (fields_next_line(&rest, &line))
        json_array_append_new(lines, json_stringn(line.at, line.length));
    return json_pack("{s:o}", "lines", lines);
}

static int
deliver(const struct task *task, const struct fetch *fetch)
{
    char *error = fetch->error ? memory_copy(fetch->error) : NULL;
    int status;

    if (error == NULL && task->output)
        error = save(fetch, task->output);
    else if (error == NULL && !task->json)
        fwrite(fetch->body, 1, fetch->length, stdout);
    status = outcome_tell(task, error, error ? NULL : page_json(task, fetch));
    memory_free(error);
    return status;
}

/* The address of the observer; NULL with an error. */
static char *
find_observer(const struct task *task, char **error)
{
    struct contact contact;
    char *address = NULL;

    *error = contact_open(&contact, task);
    if (*error == NULL && (address = debug_address(contact.status)) == NULL)
        *error = memory_copy("[debug] listen is not set, so there is no observer; see "
                             "tiffd-debug(7)");
    contact_close(&contact);
    return address;
}

int
observed_run(const struct task *task)
{
    unsigned seconds = page_of(task)->seconds;
    struct fetch fetch = { 0 };
    char *address = NULL;
    int status;

    if (!seconds_of(task, &seconds))
        fetch.error = memory_format("%s: \"%s\"; accepted: seconds, 1 to 86400", task->verb,
                                    task->argument);
    else if ((address = find_observer(task, &fetch.error)) != NULL)
        get_page(task, address, seconds, &fetch);
    if (task->output == NULL)
        cut_map(&fetch);
    status = deliver(task, &fetch);
    memory_free(address);
    fetch_free(&fetch);
    return status;
}
