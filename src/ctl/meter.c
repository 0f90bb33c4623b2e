/* SPDX-License-Identifier: BSD-2-Clause */
/* meter: overwrites its line (ECMA-48: carriage return, erase in line). */
#include "ctl/meter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "ctl/fields.h"
#include "shared/load_progress.h"

#define WIPE "\r\033[K"

void
meter_describe(const char *status, char *text, size_t size)
{
    const struct span load = rates_line(status, "loading");
    const struct load_progress progress = { .bytes = fields_number(load, "bytes"),
                                            .expected = fields_number(load, "expected") };
    struct span rest = span_of(status);
    struct span line;
    uint64_t connections = 0;

    if (load.length > 0) {
        load_progress_line(&progress, fields_number(load, "elapsed_ms"), text, size);
        return;
    }
    while (fields_next_line(&rest, &line))
        connections += fields_number(line, "connections");
    snprintf(text, size, "%" PRIu64 " connections", connections);
}

static void
describe_daemon(const struct contact *contact, char *text, size_t size)
{
    char *status = NULL;
    char *error = contact_ask(contact, "status", &status);

    *text = '\0';
    if (error == NULL)
        meter_describe(status, text, size);
    memory_free(error);
    free(status);
}

static void
meter_show(void *argument)
{
    struct meter *meter = argument;
    const uint64_t seconds = (clock_now() - meter->began) / 1000;
    char detail[128] = "";

    if (meter->contact)
        describe_daemon(meter->contact, detail, sizeof(detail));
    else
        snprintf(detail, sizeof(detail), "of %u s", meter->expected);
    fprintf(stderr, WIPE "%s: %" PRIu64 " s, %s", meter->verb, seconds, detail);
    meter->shown = true;
}

const struct session_tick *
meter_begin(struct meter *meter, struct session_tick *tick)
{
    meter->began = clock_now();
    *tick = (struct session_tick){ .run = meter_show, .argument = meter };
    return isatty(STDERR_FILENO) ? tick : NULL;
}

void
meter_end(const struct meter *meter)
{
    if (meter->shown)
        fputs(WIPE, stderr);
}
