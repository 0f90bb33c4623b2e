/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc: reads the kernel's accounts of one process. Known weakness: a process id may have gone
 * to somebody else between the look into the roster and this one.
 */
#include "observer/proc.h"

#include <inttypes.h>

bool
proc_parse_pss(FILE *in, uint64_t *bytes)
{
    char line[128];
    uint64_t kilobytes;

    while (fgets(line, sizeof(line), in))
        if (sscanf(line, "Pss: %" SCNu64 " kB", &kilobytes) == 1) {
            *bytes = kilobytes * 1024;
            return true;
        }
    return false;
}

bool
proc_pss(pid_t pid, uint64_t *bytes)
{
    char path[40];
    bool found;
    FILE *in;

    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
    if (pid <= 0 || (in = fopen(path, "re")) == NULL)
        return false;
    found = proc_parse_pss(in, bytes);
    fclose(in);
    return found;
}
