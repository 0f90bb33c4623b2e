/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc: reads the kernel's accounts of one process. Known weakness: a process id may have been
 * reused since it was read from the roster.
 */
#include "base/proc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *
proc_open_file(pid_t pid, const char *name)
{
    char path[48];

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    return pid > 0 ? fopen(path, "re") : NULL;
}

/* --- numbers with names ------------------------------------------------------------------- */

bool
proc_parse_number(FILE *in, const char *name, uint64_t *number)
{
    const size_t length = strlen(name);
    char line[128];

    while (fgets(line, sizeof(line), in))
        if (strncmp(line, name, length) == 0) {
            *number = strtoull(line + length, NULL, 10);
            return true;
        }
    return false;
}

static bool
proc_read_number(pid_t pid, const char *file, const char *name, uint64_t *number)
{
    FILE *in = proc_open_file(pid, file);
    bool found;

    if (in == NULL)
        return false;
    found = proc_parse_number(in, name, number);
    fclose(in);
    return found;
}

uint64_t
proc_switches(pid_t pid)
{
    uint64_t switches;

    return proc_read_number(pid, "status", "nonvoluntary_ctxt_switches:", &switches) ? switches
                                                                                     : 0;
}

bool
proc_sched(pid_t pid, struct proc_sched *sched)
{
    FILE *in = proc_open_file(pid, "schedstat");
    bool found;

    *sched = (struct proc_sched){ 0 };
    if (in == NULL)
        return false;
    found = fscanf(in, "%" SCNu64 " %" SCNu64, &sched->run_ns, &sched->delay_ns) == 2;
    fclose(in);
    return found;
}

/* --- stat --------------------------------------------------------------------------------- */

/* The number in a field behind the second one; fields are counted from 1. */
static unsigned long
field(const char *third, unsigned number)
{
    const char *at = third;

    for (; at && number > 3; number--)
        at = (at = strchr(at, ' ')) != NULL ? at + 1 : NULL;
    return at ? strtoul(at, NULL, 10) : 0;
}

/* The second field, a name in parentheses, may hold anything. */
bool
proc_parse_stat(const char *text, struct proc_stat *stat)
{
    const char *name_end = strrchr(text, ')');

    if (name_end == NULL || name_end[1] != ' ' || name_end[2] == '\0')
        return false;
    *stat = (struct proc_stat){
        .state = name_end[2],
        .ticks = field(name_end + 2, 14) + field(name_end + 2, 15),
        .user_ticks = field(name_end + 2, 14),
        .system_ticks = field(name_end + 2, 15),
        .threads = field(name_end + 2, 20),
        .pages = field(name_end + 2, 24),
    };
    return true;
}

bool
proc_stat(pid_t pid, struct proc_stat *stat)
{
    FILE *in = proc_open_file(pid, "stat");
    char text[1024];
    size_t length;

    if (in == NULL)
        return false;
    length = fread(text, 1, sizeof(text) - 1, in);
    fclose(in);
    text[length] = '\0';
    return proc_parse_stat(text, stat);
}
