/* SPDX-License-Identifier: BSD-2-Clause */
/* load_progress: numbers are read with relaxed order, since each is used by itself. */
#include "shared/load_progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/shmem.h"

#define INTERVAL 250 /* milliseconds between updates of the line, and before the first one */

struct load_progress *
load_progress_create(void)
{
    return shmem_map(sizeof(struct load_progress));
}

void
load_progress_destroy(struct load_progress *progress)
{
    if (progress)
        munmap(progress, sizeof(*progress));
}

void
load_progress_begin(struct load_progress *progress)
{
    progress->began = clock_now();
    progress->terminal = isatty(STDERR_FILENO) == 1;
    progress->shown = 0;
    __atomic_store_n(&progress->bytes, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&progress->expected, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&progress->loading, 1, __ATOMIC_RELAXED);
}

void
load_progress_end(struct load_progress *progress)
{
    __atomic_store_n(&progress->loading, 0, __ATOMIC_RELAXED);
}

void
load_progress_expect(struct load_progress *progress, uint64_t bytes)
{
    __atomic_fetch_add(&progress->expected, bytes, __ATOMIC_RELAXED);
}

void
load_progress_skip(struct load_progress *progress, uint64_t bytes)
{
    __atomic_fetch_sub(&progress->expected, bytes, __ATOMIC_RELAXED);
}

/* --- the line ----------------------------------------------------------------------------- */

/* "1.21 GB" */
static void
format_bytes(double bytes, char *text, size_t size)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    size_t unit = 0;

    for (; bytes >= 999.5 && unit + 1 < sizeof(units) / sizeof(*units); unit++)
        bytes /= 1000;
    snprintf(text, size, "%.*f %s", bytes < 10 && unit > 0 ? 2 : 0, bytes, units[unit]);
}

void
load_progress_line(const struct load_progress *progress, uint64_t elapsed, char *line,
                   size_t size)
{
    const double bytes = (double)__atomic_load_n(&progress->bytes, __ATOMIC_RELAXED);
    const double expected = (double)__atomic_load_n(&progress->expected, __ATOMIC_RELAXED);
    const double rate = elapsed > 0 ? bytes * 1000 / (double)elapsed : 0;
    char total[32];
    char speed[32];

    format_bytes(expected, total, sizeof(total));
    format_bytes(rate, speed, sizeof(speed));
    snprintf(line, size, "loading: %.0f %% of %s, %s/s, %.0f s left",
             expected > 0 ? bytes * 100 / expected : 0, total, speed,
             rate > 0 && expected > bytes ? (expected - bytes) / rate : 0);
}

/* Spaces overwrite the rest of a longer previous line. */
static void
show(const struct load_progress *progress, uint64_t now, const char *end)
{
    char line[128];
    char text[160];
    int length;

    load_progress_line(progress, now - progress->began, line, sizeof(line));
    length = snprintf(text, sizeof(text), "\r%-64s%s", line, end);
    (void)!write(STDERR_FILENO, text, (size_t)length);
}

/* Only one thread updates the line; the others continue. */
static bool
is_due(struct load_progress *progress, uint64_t now)
{
    uint64_t shown = __atomic_load_n(&progress->shown, __ATOMIC_RELAXED);
    const uint64_t last = shown > 0 ? shown : progress->began;

    return now - last >= INTERVAL && now > last &&
           __atomic_compare_exchange_n(&progress->shown, &shown, now, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED) &&
           progress->terminal != 0;
}

void
load_progress_add(struct load_progress *progress, uint64_t bytes)
{
    const uint64_t now = clock_now();

    __atomic_fetch_add(&progress->bytes, bytes, __ATOMIC_RELAXED);
    if (is_due(progress, now))
        show(progress, now, "");
}

void
load_progress_done(struct load_progress *progress)
{
    if (progress->shown > 0 && progress->terminal != 0)
        show(progress, clock_now(), "\n");
}
