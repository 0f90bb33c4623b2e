/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics_section: the histograms of slots.h, of the first sections. */
#include "pages/metrics_section.h"

#include "base/count.h"
#include "pages/totals.h"

#define SECTIONS_MAX 200
#define NS           1e9 /* a second's */

static const struct {
    const char *name;
    const char *help;
    size_t offset; /* in struct slot_timing */
} of_sections[] = {
    { "tiffd_section_time_to_first_byte_seconds",
      "From a whole request head to the first byte of the response handed to the kernel.",
      offsetof(struct slot_timing, first_byte) },
    { "tiffd_section_transfer_seconds",
      "From a whole request head to the last byte of the response handed to the kernel.",
      offsetof(struct slot_timing, transfer) },
    { "tiffd_section_stall_seconds", "From a full socket to its taking more.",
      offsetof(struct slot_timing, stall) },
};

static void
write_section(const struct exposition *out, const char *name, size_t offset,
              const struct config_asset *section, const struct slot_timing *timing)
{
    const struct exposition_label labels[] = { { "section", section->url },
                                               { "variant",
                                                 config_variant_name(section->variant) },
                                               { NULL, NULL } };
    const char *histogram = (const char *)timing + offset;

    exposition_histogram(out, name, labels, (const struct histogram *)(const void *)histogram,
                         &histogram_time, NS, NULL);
}

void
metrics_section_write(const struct exposition *out, const struct view *view)
{
    const struct config *config = view->shared->config;

    for (size_t i = 0; i < COUNT(of_sections); i++) {
        exposition_family(out, of_sections[i].name, "histogram", of_sections[i].help);
        for (unsigned section = 0; section < config->asset_count && section < SECTIONS_MAX;
             section++) {
            const struct slot_timing timing = totals_timing(view, section);

            write_section(out, of_sections[i].name, of_sections[i].offset,
                          &config->assets[section], &timing);
        }
    }
}
