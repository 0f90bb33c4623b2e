/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics: tables of families, in the order of the page. Nothing is kept between two scrapes:
 * the shared counters are the only state. Without memory for the list of workers the reply
 * is 500.
 */
#include "pages/metrics.h"

#include <stdlib.h>

#include "base/count.h"
#include "build.h"
#include "format/exposition.h"
#include "pages/metrics_cost.h"
#include "pages/metrics_histogram.h"
#include "pages/metrics_residence.h"
#include "pages/metrics_section.h"
#include "pages/metrics_worker.h"
#include "pages/totals.h"
#include "sandbox/sandbox.h"
#include "shared/counters.h"

#define NS 1e9 /* a second's */

struct scrape {
    struct exposition out;
    const struct view *view;
    struct totals totals;
    struct totals_worker *workers;
    unsigned worker_count;
};

/* --- the daemon as a whole ---------------------------------------------------------------- */

struct metrics_whole {
    const char *name;
    const char *type;
    const char *help;
    double (*value)(const struct scrape *scrape);
};

static double
generation(const struct scrape *scrape)
{
    return scrape->view->shared->generation;
}

static double
start_time(const struct scrape *scrape)
{
    return (double)scrape->view->shared->roster->started / NS;
}

static double
processes(const struct scrape *scrape)
{
    unsigned count = 2; /* the master and this one */

    for (unsigned i = 0; i < scrape->worker_count; i++)
        count += scrape->workers[i].pid > 0;
    return count;
}

static double
restarts(const struct scrape *scrape)
{
    return (double)scrape->totals.restarts;
}

static double
cpu(const struct scrape *scrape)
{
    return (double)scrape->totals.cpu.all_ns / NS;
}

static double
user_cpu(const struct scrape *scrape)
{
    return (double)scrape->totals.cpu.user_ns / NS;
}

static double
system_cpu(const struct scrape *scrape)
{
    return (double)scrape->totals.cpu.system_ns / NS;
}

static double
pss(const struct scrape *scrape)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < scrape->worker_count; i++)
        bytes += scrape->workers[i].pss;
    return (double)bytes;
}

static double
connections(const struct scrape *scrape)
{
    uint64_t count = 0;

    for (unsigned i = 0; i < scrape->worker_count; i++)
        if (scrape->workers[i].pid > 0)
            count += slot_read(&scrape->workers[i].slot->connections);
    return (double)count;
}

static double
connection_limit(const struct scrape *scrape)
{
    return (double)totals_connection_limit(scrape->view);
}

static double
reload_successful(const struct scrape *scrape)
{
    return __atomic_load_n(&scrape->view->shared->roster->reload.failed, __ATOMIC_RELAXED) == 0;
}

static double
reload_time(const struct scrape *scrape)
{
    return (double)slot_read(&scrape->view->shared->roster->reload.at) / NS;
}

static double
absent(const struct scrape *scrape)
{
    return __atomic_load_n(&scrape->view->shared->roster->absent, __ATOMIC_RELAXED);
}

static double
loading(const struct scrape *scrape)
{
    return __atomic_load_n(&scrape->view->progress->loading, __ATOMIC_RELAXED) != 0;
}

static double
load_bytes(const struct scrape *scrape)
{
    return (double)slot_read(&scrape->view->progress->bytes);
}

static double
load_expected(const struct scrape *scrape)
{
    return (double)slot_read(&scrape->view->progress->expected);
}

static const struct metrics_whole wholes[] = {
    { "tiffd_start_time_seconds", "gauge", "Start of the daemon, since the epoch.",
      start_time },
    { "tiffd_generation", "gauge", "Reloads and upgrades so far.", generation },
    { "tiffd_last_reload_successful", "gauge",
      "1 if the last reload succeeded, 0 if it failed and changed nothing.",
      reload_successful },
    { "tiffd_last_reload_time_seconds", "gauge",
      "End of the last reload, or the start of the daemon, since the epoch.", reload_time },
    { "tiffd_absent_objects", "gauge",
      "Objects that are answered with 503 until the old ones have gone (reload_order).",
      absent },
    { "tiffd_loading", "gauge", "1 while objects are being loaded, otherwise 0.", loading },
    { "tiffd_load_bytes", "gauge", "Bytes of files read by the current or the last load.",
      load_bytes },
    { "tiffd_load_expected_bytes", "gauge",
      "Bytes of files that the current or the last load reads in all.", load_expected },
    { "tiffd_processes", "gauge", "Processes now: master, observer and workers.", processes },
    { "tiffd_restarts_total", "counter", "Workers that replaced one that had ended.",
      restarts },
    { "tiffd_cpu_seconds_total", "counter", "CPU time of all workers, in user and system mode.",
      cpu },
    { "tiffd_user_cpu_seconds_total", "counter", "CPU time of all workers in user mode.",
      user_cpu },
    { "tiffd_system_cpu_seconds_total", "counter", "CPU time of all workers in system mode.",
      system_cpu },
    { "tiffd_pss_bytes", "gauge", "Proportional set size of all workers together.", pss },
    { "tiffd_connections", "gauge", "Connections now.", connections },
    { "tiffd_connection_limit", "gauge",
      "Connections that the workers of the current generation accept in all.",
      connection_limit },
};

static void
write_wholes(const struct scrape *scrape)
{
    for (size_t i = 0; i < COUNT(wholes); i++) {
        exposition_family(&scrape->out, wholes[i].name, wholes[i].type, wholes[i].help);
        exposition_sample(&scrape->out, wholes[i].name, NULL, wholes[i].value(scrape));
    }
}

static void
write_counters(const struct scrape *scrape)
{
    for (size_t i = 0; i < counters_count; i++) {
        char name[64];

        if (!counters_table[i].whole)
            continue;
        snprintf(name, sizeof(name), "tiffd_%s_total", counters_table[i].name);
        exposition_family(&scrape->out, name, "counter", counters_table[i].help);
        exposition_sample(&scrape->out, name, NULL,
                          (double)counter_read(&counters_table[i], &scrape->totals.sum));
    }
}

static void
write_build(const struct scrape *scrape)
{
    const struct exposition_label labels[] = {
        { "version", PACKAGE_VERSION },
        { "variant", config_variant_name(scrape->view->shared->config->server.variant) },
        { NULL, NULL },
    };

    exposition_family(&scrape->out, "tiffd_build_info", "info",
                      "Always 1. The version, and the variant of assets that name none.");
    exposition_sample(&scrape->out, "tiffd_build_info", labels, 1);
}

static void
write_classes(const struct scrape *scrape)
{
    static const char *const classes[SLOTS_STATUS_CLASSES] = { "1xx", "2xx", "3xx", "4xx",
                                                               "5xx" };

    exposition_family(&scrape->out, "tiffd_requests_total", "counter",
                      "Requests whose response has begun, by the class of its status.");
    for (unsigned i = 0; i < SLOTS_STATUS_CLASSES; i++) {
        const struct exposition_label labels[] = { { "class", classes[i] }, { NULL, NULL } };

        exposition_sample(&scrape->out, "tiffd_requests_total", labels,
                          (double)scrape->totals.sum.served.status[i]);
    }
}

/* Those of workers are in their slots, see sandbox.h. */
static void
write_refused(const struct scrape *scrape)
{
    exposition_family(&scrape->out, "tiffd_refused_calls_total", "counter",
                      "System calls that the sandbox refused, or in the mode log counted, by "
                      "the kind of process.");
    for (enum sandbox_kind kind = 0; kind < SANDBOX_KINDS; kind++) {
        const struct exposition_label labels[] = { { "process", sandbox_label(kind) },
                                                   { NULL, NULL } };

        exposition_sample(&scrape->out, "tiffd_refused_calls_total", labels,
                          (double)(kind == SANDBOX_WORKER ? scrape->totals.sum.refused
                                                          : sandbox_refused(kind)));
    }
}

/* --- objects ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    const char *help;
    size_t offset;
} of_objects[] = {
    { "tiffd_object_requests_total", "Requests whose response has begun.",
      offsetof(struct slot_counters, requests) },
    { "tiffd_object_sent_bytes_total", "Bytes of bodies handed to the kernel.",
      offsetof(struct slot_counters, bytes) },
};

static void
write_objects(const struct scrape *scrape)
{
    const struct config *config = scrape->view->shared->config;

    for (size_t i = 0; i < COUNT(of_objects); i++) {
        exposition_family(&scrape->out, of_objects[i].name, "counter", of_objects[i].help);
        for (unsigned section = 0; section < config->asset_count; section++) {
            const struct config_asset *asset = &config->assets[section];
            const struct slot_counters counters = totals_counters(scrape->view, section);
            const struct exposition_label labels[] = {
                { "path", asset->url },
                { "variant", config_variant_name(asset->variant) },
                { NULL, NULL },
            };
            const uint64_t *value = (const uint64_t *)(const void *)&counters;

            exposition_sample(&scrape->out, of_objects[i].name, labels,
                              (double)value[of_objects[i].offset / sizeof(*value)]);
        }
    }
}

/* Does the client prefer OpenMetrics, or like both media types equally? */
static bool
prefers_open_metrics(const struct page *page)
{
    const unsigned open =
        page->message ? message_weight(page->message, SPAN("application/openmetrics-text")) : 0;

    return open > 0 && open >= message_weight(page->message, SPAN("text/plain"));
}

void
metrics_write(struct page *page)
{
    const bool open = prefers_open_metrics(page);
    struct scrape scrape = { .out = { page->out, open }, .view = page->view };

    scrape.workers = totals_workers(page->view, &scrape.worker_count);
    if (scrape.workers == NULL) {
        page_refuse(page, 500, "out of memory");
        return;
    }
    page->type = open ? EXPOSITION_OPEN : EXPOSITION_TEXT;
    totals_take(page->view, &scrape.totals);
    write_build(&scrape);
    write_wholes(&scrape);
    write_counters(&scrape);
    write_classes(&scrape);
    write_refused(&scrape);
    metrics_histogram_write(&scrape.out, page->view, &scrape.totals.sum.timing);
    metrics_cost_write(&scrape.out, page->view);
    metrics_worker_write(&scrape.out, scrape.workers, scrape.worker_count);
    metrics_section_write(&scrape.out, page->view);
    write_objects(&scrape);
    metrics_residence_write(&scrape.out, page->view);
    exposition_end(&scrape.out);
    free(scrape.workers);
}
