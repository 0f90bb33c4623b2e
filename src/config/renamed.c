/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * renamed: the table. Names follow nginx where it has the same thing: worker_connections,
 * keepalive_requests, keepalive_timeout, max_ranges, sndbuf, and send_max_chunk after its
 * sendfile_max_chunk.
 */
#include "config/renamed.h"

#include <stddef.h>
#include <string.h>

#include "base/count.h"

static const struct {
    enum section_kind section;
    const char *before;
    const char *now;
} keys[] = {
    { SECTION_SERVER, "connections", "worker_connections" },
    { SECTION_SERVER, "head_fields", "max_header_fields" },
    { SECTION_SERVER, "head_size", "max_header_size" },
    { SECTION_SERVER, "head_timeout", "header_timeout" },
    { SECTION_SERVER, "idle_timeout", "keepalive_timeout" },
    { SECTION_SERVER, "ranges", "max_ranges" },
    { SECTION_SERVER, "readers", "read_threads" },
    { SECTION_SERVER, "requests", "keepalive_requests" },
    { SECTION_SERVER, "send_buffer", "sndbuf" },
    { SECTION_SERVER, "senders", "max_senders" },
    { SECTION_SERVER, "target_length", "max_target_size" },
    { SECTION_SERVER, "turn_size", "send_max_chunk" },
    { SECTION_PROFILE, "every", "interval" },
    { SECTION_PROFILE, "keep", "keep_files" },
    { SECTION_DEBUG, "clients", "max_clients" },
    { SECTION_DEBUG, "events", "trace_events" },
};

const char *
renamed_key(enum section_kind section, const char *key)
{
    for (size_t i = 0; i < COUNT(keys); i++)
        if (keys[i].section == section && strcmp(keys[i].before, key) == 0)
            return keys[i].now;
    return NULL;
}
