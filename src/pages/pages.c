/* SPDX-License-Identifier: BSD-2-Clause */
/* pages: the table; everything else about a page follows from its row. */
#include "pages/pages.h"

#include <inttypes.h>

#include "base/count.h"
#include "format/text.h"
#include "pages/configuration.h"
#include "pages/connections.h"
#include "pages/health.h"
#include "pages/index.h"
#include "pages/lookup.h"
#include "pages/metrics.h"
#include "pages/past.h"
#include "pages/processes.h"
#include "pages/profiles.h"
#include "pages/residence.h"
#include "pages/tracing.h"
#include "pages/ui.h"
#include "pages/vars.h"
#include "pages/wall.h"

#define UI_PREFIX "/ui/"

/* What profiles of every kind accept. */
#define PROFILE_PARAMETERS                                                                     \
    (QUERY_WORKER | QUERY_SECONDS | QUERY_FORMAT | QUERY_SAMPLE_INDEX | QUERY_DEBUG)

#define COUNT_FORMATS (QUERY_FORMAT_BIT(QUERY_PROTO) | QUERY_FORMAT_BIT(QUERY_TEXT))
#define PROFILE_FORMATS                                                                        \
    (COUNT_FORMATS | QUERY_FORMAT_BIT(QUERY_FOLDED) | QUERY_FORMAT_BIT(QUERY_FLAME) |          \
     QUERY_FORMAT_BIT(QUERY_SVG))

/* --- counts of the index ------------------------------------------------------------------ */

static void
write_total(FILE *out, const struct view *view, enum profile_kind kind, const char *value)
{
    const struct profile_meaning *meaning = profile_meaning(kind);
    const char *unit = meaning->types[profile_type_index(kind, value)].unit;
    char text[32];

    text_format(profiles_total(view, kind, value), unit, text, sizeof(text));
    fputs(text, out);
}

static void
count_heap(const struct view *view, FILE *out)
{
    write_total(out, view, PROFILE_HEAP, "inuse_space");
}

static void
count_allocs(const struct view *view, FILE *out)
{
    write_total(out, view, PROFILE_HEAP, "alloc_space");
}

static void
count_block(const struct view *view, FILE *out)
{
    write_total(out, view, PROFILE_BLOCK, "contentions");
}

static void
count_mutex(const struct view *view, FILE *out)
{
    write_total(out, view, PROFILE_MUTEX, "contentions");
}

/* The sum over all workers. */
static void
write_worker_sum(FILE *out, const struct view *view,
                 uint64_t (*count)(const struct shared *shared, unsigned worker))
{
    uint64_t sum = 0;

    for (; view; view = view->older)
        for (unsigned i = 0; i < view->shared->slots.workers; i++)
            sum += count(view->shared, i);
    fprintf(out, "%" PRIu64, sum);
}

static void
count_events(const struct view *view, FILE *out)
{
    write_worker_sum(out, view, tracing_count);
}

static void
count_connections(const struct view *view, FILE *out)
{
    write_worker_sum(out, view, connections_count);
}

static void
count_processes(const struct view *view, FILE *out)
{
    fprintf(out, "%" PRIu64, processes_count(view));
}

/* --- the table ---------------------------------------------------------------------------- */

static const struct route routes[] = {
    { .path = "", .write = index_write, .quick = true },
    { .path = "/", .write = ui_start, .quick = true },
    { .path = "/debug/pprof", .write = index_write, .quick = true },
    { .path = "/pprof", .write = index_write, .quick = true },
    { .path = "profile",
      .write = profiles_cpu,
      .rules = { .accepted = PROFILE_PARAMETERS,
                 .seconds = 30,
                 .formats = PROFILE_FORMATS | QUERY_FORMAT_BIT(QUERY_LEGACY),
                 .kind = PROFILE_CPU },
      .example = "seconds=5&format=text",
      .about = "Where workers spend CPU time during the next seconds=N (30)." },
    { .path = "heap",
      .write = profiles_heap,
      .rules = { .accepted = PROFILE_PARAMETERS,
                 .whole = true,
                 .formats = PROFILE_FORMATS | QUERY_FORMAT_BIT(QUERY_LEGACY),
                 .kind = PROFILE_HEAP },
      .example = "format=text",
      .count = count_heap,
      .about =
          "Memory in use, by allocating function; with seconds=N: the change in that time." },
    { .path = "allocs",
      .write = profiles_allocs,
      .rules = { .accepted = PROFILE_PARAMETERS,
                 .whole = true,
                 .formats = PROFILE_FORMATS | QUERY_FORMAT_BIT(QUERY_LEGACY),
                 .kind = PROFILE_HEAP },
      .example = "format=text",
      .count = count_allocs,
      .about = "All memory allocated so far, including what was freed." },
    { .path = "growth",
      .write = profiles_growth,
      .rules = { .accepted = PROFILE_PARAMETERS,
                 .seconds = 5,
                 .formats = PROFILE_FORMATS | QUERY_FORMAT_BIT(QUERY_LEGACY),
                 .kind = PROFILE_HEAP },
      .example = "format=text",
      .about = "How much memory in use grows during the next seconds=N (5)." },
    { .path = "block",
      .write = profiles_block,
      .rules = { .accepted = PROFILE_PARAMETERS,
                 .formats = PROFILE_FORMATS,
                 .whole = true,
                 .kind = PROFILE_BLOCK },
      .example = "format=text",
      .count = count_block,
      .about =
          "How long connections have waited, and for what: slow clients, disks, their turn." },
    { .path = "mutex",
      .write = profiles_mutex,
      .rules = { .accepted = PROFILE_PARAMETERS,
                 .formats = PROFILE_FORMATS,
                 .whole = true,
                 .kind = PROFILE_MUTEX },
      .example = "format=text",
      .count = count_mutex,
      .about = "Which code has waited for a lock that another thread held: reader threads." },
    { .path = "wall",
      .write = wall_write,
      .rules = { .accepted = PROFILE_PARAMETERS,
                 .formats = PROFILE_FORMATS,
                 .seconds = 5,
                 .kind = PROFILE_WALL },
      .example = "format=text",
      .about =
          "What the event loop of each worker runs, and whether it waits for events, a CPU "
          "or the kernel, during the next seconds=N (5)." },
    { .path = "trace",
      .write = tracing_write,
      .rules = { .accepted = QUERY_WORKER | QUERY_SECONDS | QUERY_CONNECTION, .seconds = 1 },
      .example = "seconds=1",
      .count = count_events,
      .about = "What happens in workers, event by event, during the next seconds=N (1). For "
               "Perfetto, chrome://tracing, speedscope." },
    { .path = "goroutine",
      .write = connections_goroutine,
      .rules = { .accepted =
                     QUERY_WORKER | QUERY_FORMAT | QUERY_DEBUG | QUERY_ARGUMENTS | QUERY_LIMIT,
                 .formats = COUNT_FORMATS | QUERY_FORMAT_BIT(QUERY_JSON) },
      .example = "debug=1",
      .count = count_connections,
      .about = "What each connection is doing: state, age, bytes, how long its client stalled. "
               "With debug=2 also the call stack of every worker." },
    { .path = "threadcreate",
      .write = processes_threadcreate,
      .rules = { .accepted = QUERY_FORMAT | QUERY_DEBUG, .formats = COUNT_FORMATS },
      .example = "debug=1",
      .count = count_processes,
      .about = "The daemon's processes." },
    { .path = "residence",
      .write = residence_write,
      .rules = { .accepted = QUERY_WORKER | QUERY_FORMAT | QUERY_SAMPLE_INDEX | QUERY_DEBUG,
                 .formats = PROFILE_FORMATS,
                 .kind = PROFILE_RESIDENCE },
      .example = "debug=1",
      .count = residence_count,
      .about = "How many bytes of each object are in memory, and where." },
    { .path = "cmdline",
      .write = processes_cmdline,
      .quick = true,
      .example = "",
      .about = "The command line of the master; arguments are separated by NUL." },
    { .path = "symbol",
      .write = lookup_symbol,
      .posts = true,
      .addresses = true,
      .example = "",
      .about = "For tools: names for addresses, as 0x1234+0x5678 in a query or a POST." },
    { .path = "/debug/vars",
      .write = vars_write,
      .quick = true,
      .rules = { .accepted = QUERY_LIMIT },
      .example = "",
      .about = "Numbers of the daemon, its workers and its objects, as JSON." },
    { .path = "/debug/history",
      .write = past_write,
      .quick = true,
      .rules = { .accepted = QUERY_SECONDS, .seconds = HISTORY_SAMPLES },
      .example = "seconds=10",
      .about = "Numbers of each of the last seconds=N (600), as JSON." },
    { .path = "/debug/config",
      .write = configuration_write,
      .quick = true,
      .example = "",
      .about = "The configuration in effect, with all defaults." },
    { .path = "/metrics",
      .write = metrics_write,
      .quick = true,
      .example = "",
      .about = "The numbers of /debug/vars, and histograms, for Prometheus." },
    { .path = "/healthz",
      .write = health_write,
      .quick = true,
      .example = "",
      .about = "\"ok\", or 503 if a worker is missing or the daemon shuts down." },
};

static const struct route ui_route = { .path = UI_PREFIX, .write = ui_write, .quick = true };

const struct route *
pages_at(size_t number)
{
    return number < COUNT(routes) ? &routes[number] : NULL;
}

static bool
cut_prefix(struct span *path, struct span prefix)
{
    if (path->length < prefix.length || memcmp(path->at, prefix.at, prefix.length) != 0)
        return false;
    *path = (struct span){ path->at + prefix.length, path->length - prefix.length };
    return true;
}

/* google-pprof does not know this page, and takes its path for the root of a server. */
static void
cut_allocs(struct span *path)
{
    if (cut_prefix(path, SPAN("allocs/pprof/")) && span_equal(*path, SPAN("profile")))
        *path = SPAN("allocs");
}

const struct route *
pages_find(struct span path)
{
    struct span file = path;
    bool under = cut_prefix(&path, SPAN("/debug/pprof/")) || cut_prefix(&path, SPAN("/pprof/"));

    if (under)
        cut_allocs(&path);
    for (size_t i = 0; i < COUNT(routes); i++)
        if (route_is_whole(&routes[i]) != under && span_equal(path, span_of(routes[i].path)))
            return &routes[i];
    return cut_prefix(&file, SPAN(UI_PREFIX)) && ui_has(file) ? &ui_route : NULL;
}
