/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics_histogram: see metrics_histogram.h. */
#include "pages/metrics_histogram.h"

#include "base/count.h"
#include "pages/totals.h"

#define NS       1e9 /* in a second */
#define NO_SLOT  SIZE_MAX
#define EXAMPLES (HISTOGRAM_BOUNDS + 1)

static const struct {
    const char *name;
    const char *help;
    size_t histogram; /* offset in struct slot_timing */
    size_t exemplars; /* offset in struct slot; NO_SLOT: none */
    const struct histogram_scale *scale;
    double unit;
} whole_histograms[] = {
    { "tiffd_time_to_first_byte_seconds",
      "From a whole request head to the first byte of the response handed to the kernel.",
      offsetof(struct slot_timing, first_byte), offsetof(struct slot, first_byte),
      &histogram_time, NS },
    { "tiffd_transfer_seconds",
      "From a whole request head to the last byte of the response handed to the kernel.",
      offsetof(struct slot_timing, transfer), offsetof(struct slot, transfer), &histogram_time,
      NS },
    { "tiffd_stall_seconds", "From a full socket to its taking more.",
      offsetof(struct slot_timing, stall), NO_SLOT, &histogram_time, NS },
    { "tiffd_body_bytes", "Sizes of bodies that were sent to their end.",
      offsetof(struct slot_timing, body), NO_SLOT, &histogram_bytes, 1 },
};

/* found receives the identifiers, to which the others point. */
static void
find_exemplars(const struct view *view, size_t offset, struct exemplar found[EXAMPLES],
               struct exposition_exemplar exemplars[EXAMPLES])
{
    for (unsigned i = 0; offset != NO_SLOT && i < EXAMPLES; i++)
        if (totals_exemplar(view, offset, i, &found[i]))
            exemplars[i] = (struct exposition_exemplar){
                .labels = { { "request_id", found[i].id } },
                .value = (double)found[i].value / NS,
                .at = (double)found[i].at / NS,
            };
}

void
metrics_histogram_write(const struct exposition *out, const struct view *view,
                        const struct slot_timing *timing)
{
    for (size_t i = 0; i < COUNT(whole_histograms); i++) {
        struct exemplar found[EXAMPLES];
        struct exposition_exemplar exemplars[EXAMPLES] = { 0 };
        const char *histogram = (const char *)timing + whole_histograms[i].histogram;

        if (out->open)
            find_exemplars(view, whole_histograms[i].exemplars, found, exemplars);
        exposition_family(out, whole_histograms[i].name, "histogram", whole_histograms[i].help);
        exposition_histogram(out, whole_histograms[i].name, NULL,
                             (const struct histogram *)(const void *)histogram,
                             whole_histograms[i].scale, whole_histograms[i].unit, exemplars);
    }
}
