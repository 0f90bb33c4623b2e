/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics_cost: see metrics_cost.h; what does not apply to this daemon is left out. */
#include "pages/metrics_cost.h"

#include "pages/cost.h"

#define NS         1e9 /* a second's */
#define TOTAL      "tiffd_variant_cpu_seconds_total"
#define PER_BYTE   "tiffd_variant_cpu_seconds_per_byte"
#define NUMBER_MAX 16

static void
write_ratios(const struct exposition *out, const struct cost *cost, const char *by)
{
    for (enum variant i = 0; i < COST_VARIANTS; i++) {
        const struct exposition_label labels[] = { { "variant", config_variant_name(i) },
                                                   { "by", by },
                                                   { NULL, NULL } };

        if (cost->bytes[i] > 0)
            exposition_sample(out, PER_BYTE, labels,
                              (double)cost->cpu_ns[i] / NS / (double)cost->bytes[i]);
    }
}

static void
write_times(const struct exposition *out, const char *name, const char *help,
            const uint64_t *times, unsigned generation)
{
    char number[NUMBER_MAX];

    snprintf(number, sizeof(number), "%u", generation);
    exposition_family(out, name, "counter", help);
    for (enum variant i = 0; i < COST_VARIANTS; i++) {
        const struct exposition_label labels[] = { { "generation", number },
                                                   { "variant", config_variant_name(i) },
                                                   { NULL, NULL } };

        exposition_sample(out, name, labels, (double)times[i] / NS);
    }
}

static void
write_all_times(const struct exposition *out, const struct cost *cost, unsigned generation)
{
    write_times(out, TOTAL,
                "CPU time of samples taken while a worker worked for an object of the "
                "variant. Absent without [profile] cpu.",
                cost->cpu_ns, generation);
    write_times(out, "tiffd_variant_user_cpu_seconds_total",
                "The part of it spent in the program.", cost->user_ns, generation);
    write_times(out, "tiffd_variant_system_cpu_seconds_total",
                "The part of it spent in the kernel.", cost->system_ns, generation);
}

void
metrics_cost_write(const struct exposition *out, const struct view *view)
{
    struct cost process;
    struct cost samples;
    const bool by_process = cost_by_process(view, &process);
    const bool by_samples = cost_by_samples(view, &samples);

    if (by_samples)
        write_all_times(out, &samples, view->shared->generation);
    if (!by_process && !by_samples)
        return;
    exposition_family(out, PER_BYTE, "gauge",
                      "CPU time by bytes of bodies sent, of this generation; times 1e9: of a "
                      "gigabyte. By process: all time of its workers; absent unless all "
                      "requests were for one variant. By samples: only what was spent on "
                      "responses; absent without [profile] cpu.");
    if (by_process)
        write_ratios(out, &process, "process");
    if (by_samples)
        write_ratios(out, &samples, "samples");
}
