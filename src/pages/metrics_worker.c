/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_worker: the counters of slots (counters.h), and what the kernel tells about the
 * processes. A counter ends with its generation: the label tells a new one from one that went
 * back.
 */
#include "pages/metrics_worker.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/count.h"
#include "shared/counters.h"

#define NS       1e9 /* a second's */
#define NAME_MAX 64

static double
cpu_seconds(const struct totals_worker *worker)
{
    return (double)worker->cpu.all_ns / NS;
}

static double
user_cpu_seconds(const struct totals_worker *worker)
{
    return (double)worker->cpu.user_ns / NS;
}

static double
system_cpu_seconds(const struct totals_worker *worker)
{
    return (double)worker->cpu.system_ns / NS;
}

static double
spawned(const struct totals_worker *worker)
{
    return (double)worker->spawned;
}

static double
worker_pss(const struct totals_worker *worker)
{
    return (double)worker->pss;
}

static double
delay_seconds(const struct totals_worker *worker)
{
    return (double)worker->delay_ns / NS;
}

static const struct {
    const char *name;
    const char *type;
    const char *help;
    bool of_process; /* absent when there is none */
    double (*value)(const struct totals_worker *worker);
} of_workers[] = {
    { "tiffd_worker_cpu_seconds_total", "counter", "CPU time of all processes in its slot.",
      false, cpu_seconds },
    { "tiffd_worker_user_cpu_seconds_total", "counter", "CPU time in user mode.", false,
      user_cpu_seconds },
    { "tiffd_worker_system_cpu_seconds_total", "counter", "CPU time in system mode.", false,
      system_cpu_seconds },
    { "tiffd_worker_spawned_total", "counter", "Processes started in its slot.", false,
      spawned },
    { "tiffd_worker_run_delay_seconds_total", "counter",
      "Time that the loop of its process could run and waited for a CPU.", true,
      delay_seconds },
    { "tiffd_worker_pss_bytes", "gauge", "Proportional set size.", true, worker_pss },
};

static void
write_sample(const struct exposition *out, const char *name, const struct totals_worker *worker,
             double value)
{
    char number[16];
    char generation[16];
    const struct exposition_label labels[] = { { "generation", generation },
                                               { "worker", number },
                                               { NULL, NULL } };

    snprintf(generation, sizeof(generation), "%u", worker->view->shared->generation);
    snprintf(number, sizeof(number), "%u", worker->number);
    exposition_sample(out, name, labels, value);
}

static void
write_counter(const struct exposition *out, const struct counter *counter,
              const struct totals_worker *workers, unsigned count)
{
    char name[NAME_MAX];

    snprintf(name, sizeof(name), "tiffd_worker_%s%s", counter->name,
             counter->only_grows ? "_total" : "");
    exposition_family(out, name, counter->only_grows ? "counter" : "gauge", counter->help);
    for (unsigned i = 0; i < count; i++)
        if (counter->kind == COUNTER_TOTAL || workers[i].pid > 0)
            write_sample(out, name, &workers[i],
                         (double)counter_read(counter, workers[i].slot));
}

void
metrics_worker_write(const struct exposition *out, const struct totals_worker *workers,
                     unsigned count)
{
    for (size_t i = 0; i < COUNT(of_workers); i++) {
        exposition_family(out, of_workers[i].name, of_workers[i].type, of_workers[i].help);
        for (unsigned number = 0; number < count; number++)
            if (!of_workers[i].of_process || workers[number].pid > 0)
                write_sample(out, of_workers[i].name, &workers[number],
                             of_workers[i].value(&workers[number]));
    }
    for (size_t i = 0; i < counters_count; i++)
        write_counter(out, &counters_table[i], workers, count);
}
