/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpu: counts CPUs for "workers = auto": the affinity mask, cut to the CPU quota of the
 * process's cgroup and its parents, in both versions of cgroups. A limit that can't be read is
 * ignored.
 *
 * Known weakness: expects the hierarchies at their usual places below /sys/fs/cgroup.
 */
#include "config/cpu.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the cpu controller of each version keeps the groups, below the root. */
static const char *const unified_places[] = { "", "/unified", NULL };
static const char *const legacy_places[] = { "/cpu", "/cpu,cpuacct", NULL };

/* Takes a decimal number and the space before it off the front of text. */
static bool
cpu_take_number(const char **text, uint64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoull(*text, &end, 10);
    if (end == *text || errno != 0)
        return false;
    *text = end;
    return true;
}

bool
cpu_quota_parse(const char *text, struct cpu_quota *quota)
{
    *quota = (struct cpu_quota){ 0 };
    if (strncmp(text, "max ", 4) == 0)
        text += 4;
    else if (!cpu_take_number(&text, &quota->quota))
        return false;
    return cpu_take_number(&text, &quota->period) && quota->period > 0;
}

struct cpu_quota
cpu_quota_tighter(struct cpu_quota a, struct cpu_quota b)
{
    if (a.quota == 0 || b.quota == 0)
        return a.quota == 0 ? b : a;
    return (double)a.quota / (double)a.period <= (double)b.quota / (double)b.period ? a : b;
}

unsigned
cpu_limit(unsigned allowed, struct cpu_quota quota, unsigned maximum)
{
    uint64_t cpus = allowed;

    if (quota.quota > 0) {
        uint64_t share = quota.quota / quota.period + (quota.quota % quota.period != 0);

        cpus = share < cpus ? share : cpus;
    }
    if (cpus > maximum)
        cpus = maximum;
    return cpus > 0 ? (unsigned)cpus : 1;
}

static bool
cpu_read_line(const char *directory, const char *file, char *text, int size)
{
    char path[PATH_MAX];
    FILE *in = NULL;
    bool ok;

    if (snprintf(path, sizeof(path), "%s/%s", directory, file) < (int)sizeof(path))
        in = fopen(path, "re");
    if (in == NULL)
        return false;
    ok = fgets(text, size, in) != NULL;
    fclose(in);
    return ok;
}

/* The limit of one group, whichever version it is of. */
static struct cpu_quota
cpu_read_group(const char *directory)
{
    struct cpu_quota quota = { 0 };
    char text[64];
    char period[64];

    if (cpu_read_line(directory, "cpu.max", text, sizeof(text)) &&
        cpu_quota_parse(text, &quota))
        return quota;
    if (cpu_read_line(directory, "cpu.cfs_quota_us", text, sizeof(text)) && text[0] != '-' &&
        cpu_read_line(directory, "cpu.cfs_period_us", period, sizeof(period))) {
        quota.quota = strtoull(text, NULL, 10);
        quota.period = strtoull(period, NULL, 10);
    }
    return quota.period > 0 ? quota : (struct cpu_quota){ 0 };
}

/* From the group up to the root of its hierarchy: a parent's limit holds for its children. In a
 * container the path may be that of the host, and only its root is there. */
static struct cpu_quota
read_upwards(const char *root, const char *place, const char *group)
{
    struct cpu_quota tightest = { 0 };
    char directory[PATH_MAX];
    size_t base = strlen(root) + strlen(place);
    char *slash;

    if (snprintf(directory, sizeof(directory), "%s%s%s", root, place, group) >=
        (int)sizeof(directory))
        return tightest;
    for (;;) {
        tightest = cpu_quota_tighter(tightest, cpu_read_group(directory));
        slash = strrchr(directory, '/');
        if (slash == NULL || (size_t)(slash - directory) < base)
            return tightest;
        *slash = '\0';
    }
}

/* A line of /proc/self/cgroup is ID:CONTROLLERS:PATH; version 2 has no controllers. */
static const char *const *
cpu_places_of(const char *controllers)
{
    if (*controllers == '\0')
        return unified_places;
    for (const char *at = controllers; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, "cpu", 3) == 0 && (at[3] == ',' || at[3] == '\0'))
            return legacy_places;
    }
    return NULL;
}

static struct cpu_quota
read_entry(char *line, const char *root)
{
    struct cpu_quota tightest = { 0 };
    char *controllers = strchr(line, ':');
    char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    const char *const *places;

    if (group == NULL)
        return tightest;
    *group++ = '\0';
    group[strcspn(group, "\n")] = '\0';
    places = cpu_places_of(controllers + 1);
    for (; places && *places; places++)
        tightest = cpu_quota_tighter(tightest, read_upwards(root, *places, group));
    return tightest;
}

struct cpu_quota
cpu_quota_read(const char *groups, const char *root)
{
    struct cpu_quota tightest = { 0 };
    FILE *in = fopen(groups, "re");
    char *line = NULL;
    size_t size = 0;

    if (in == NULL)
        return tightest;
    while (getline(&line, &size, in) > 0)
        tightest = cpu_quota_tighter(tightest, read_entry(line, root));
    free(line);
    fclose(in);
    return tightest;
}

unsigned
cpu_available(unsigned maximum)
{
    struct cpu_quota quota = cpu_quota_read("/proc/self/cgroup", "/sys/fs/cgroup");
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned allowed = online > 0 ? (unsigned)online : 1;
    cpu_set_t set;

    /* Fails on a machine with more CPUs than the set has bits: then all of them count. */
    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        allowed = (unsigned)CPU_COUNT(&set);
    return cpu_limit(allowed, quota, maximum);
}
