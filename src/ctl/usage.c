/* SPDX-License-Identifier: BSD-2-Clause */
/* usage: reads smaps_rollup, which only root and the process's own user may read; see
 * proc(5). */
#include "ctl/usage.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "base/memory.h"

#define KILO 1024

/* --- one process -------------------------------------------------------------------------- */

static FILE *
usage_open(pid_t pid, const char *name)
{
    char path[48];

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    return fopen(path, "re");
}

/* The member that a line of status or smaps_rollup is added to. */
static const struct {
    const char *name;
    size_t offset;
} numbers[] = {
    { "VmSize:", offsetof(struct usage, vsz) },
    { "VmRSS:", offsetof(struct usage, rss) },
    { "Pss:", offsetof(struct usage, pss) },
    { "Private_Clean:", offsetof(struct usage, uss) },
    { "Private_Dirty:", offsetof(struct usage, uss) },
    { "Private_Hugetlb:", offsetof(struct usage, uss) },
    { "Shared_Clean:", offsetof(struct usage, shared) },
    { "Shared_Dirty:", offsetof(struct usage, shared) },
    { "Shared_Hugetlb:", offsetof(struct usage, shared) },
};

static void
add_number(struct usage *usage, const char *line)
{
    for (size_t i = 0; i < COUNT(numbers); i++) {
        const size_t length = strlen(numbers[i].name);

        if (strncmp(line, numbers[i].name, length) == 0)
            *(uint64_t *)(void *)((char *)usage + numbers[i].offset) +=
                strtoull(line + length, NULL, 10) * KILO;
    }
    if (strncmp(line, "PPid:", 5) == 0)
        usage->parent = (pid_t)strtol(line + 5, NULL, 10);
}

/* False: the file can't be read or is empty, as for a zombie. */
static bool
add_numbers(struct usage *usage, const char *name)
{
    FILE *in = usage_open(usage->pid, name);
    size_t lines = 0;
    char line[256];

    if (in == NULL)
        return false;
    while (fgets(line, sizeof(line), in)) {
        add_number(usage, line);
        lines++;
    }
    fclose(in);
    return lines > 0;
}

/* Joins the arguments with blanks; replaces control characters, which could move the cursor. */
static void
read_title(struct usage *usage)
{
    FILE *in = usage_open(usage->pid, "cmdline");
    size_t length = 0;

    if (in) {
        length = fread(usage->name, 1, sizeof(usage->name) - 1, in);
        fclose(in);
    }
    while (length > 0 && usage->name[length - 1] == '\0')
        length--;
    for (size_t i = 0; i < length; i++)
        if (usage->name[i] < ' ' || usage->name[i] > '~')
            usage->name[i] = usage->name[i] == '\0' ? ' ' : '?';
    usage->name[length] = '\0';
}

bool
usage_read(pid_t pid, struct usage *usage)
{
    *usage = (struct usage){ .pid = pid };
    if (pid <= 0 || !add_numbers(usage, "status"))
        return false;
    read_title(usage);
    usage->complete = add_numbers(usage, "smaps_rollup");
    return true;
}

/* --- a family ----------------------------------------------------------------------------- */

static bool
has_member(const struct usage_list *list, pid_t pid)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].pid == pid)
            return true;
    return false;
}

static void
add_member(struct usage_list *list, const struct usage *usage)
{
    list->items = memory_grow(list->items, list->count + 1, sizeof(*list->items));
    list->items[list->count++] = *usage;
}

static pid_t
parent_of(pid_t pid)
{
    struct usage usage = { .pid = pid };

    return add_numbers(&usage, "status") ? usage.parent : 0;
}

/* One pass over all processes; a child may be listed before its parent. */
static bool
add_children(struct usage_list *list)
{
    const size_t before = list->count;
    DIR *all = opendir("/proc");
    struct dirent *entry;
    struct usage usage;

    while (all && (entry = readdir(all)) != NULL) {
        const pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

        if (pid > 0 && !has_member(list, pid) && has_member(list, parent_of(pid)) &&
            usage_read(pid, &usage))
            add_member(list, &usage);
    }
    if (all)
        closedir(all);
    return list->count > before;
}

void
usage_family(pid_t pid, struct usage_list *list)
{
    struct usage usage;

    *list = (struct usage_list){ 0 };
    if (!usage_read(pid, &usage))
        return;
    add_member(list, &usage);
    while (add_children(list))
        continue;
}

void
usage_free(struct usage_list *list)
{
    memory_free(list->items);
    *list = (struct usage_list){ 0 };
}

struct usage
usage_total(const struct usage_list *list)
{
    struct usage total = { .complete = list->count > 0 };

    for (size_t i = 0; i < list->count; i++) {
        const struct usage *usage = &list->items[i];

        total.complete = total.complete && usage->complete;
        total.vsz += usage->vsz;
        total.rss += usage->rss;
        total.pss += usage->pss;
        total.uss += usage->uss;
    }
    total.shared = total.pss > total.uss ? total.pss - total.uss : 0;
    return total;
}

/* --- printing ----------------------------------------------------------------------------- */

static void
print_numbers(const struct usage *usage, FILE *out)
{
    fprintf(out, "%11" PRIu64 " %9" PRIu64, usage->vsz / KILO, usage->rss / KILO);
    if (usage->complete)
        fprintf(out, " %9" PRIu64 " %9" PRIu64 " %9" PRIu64, usage->pss / KILO,
                usage->uss / KILO, usage->shared / KILO);
    else
        fprintf(out, " %9s %9s %9s", "-", "-", "-");
}

void
usage_print(const struct usage_list *list, FILE *out)
{
    const struct usage total = usage_total(list);

    fputs("    PID    VSZ kiB   RSS kiB   PSS kiB   USS kiB    SHARED  COMMAND\n", out);
    for (size_t i = 0; i < list->count; i++) {
        fprintf(out, "%7d ", (int)list->items[i].pid);
        print_numbers(&list->items[i], out);
        fprintf(out, "  %s\n", list->items[i].name);
    }
    fprintf(out, "%7s ", "total");
    print_numbers(&total, out);
    fputs("  shared memory counts once in PSS and SHARED\n", out);
}

static json_t *
numbers_json(const struct usage *usage)
{
    json_t *object =
        json_pack("{s:I, s:I}", "vsz", (json_int_t)usage->vsz, "rss", (json_int_t)usage->rss);
    const struct {
        const char *name;
        uint64_t value;
    } more[] = { { "pss", usage->pss }, { "uss", usage->uss }, { "shared", usage->shared } };

    for (size_t i = 0; i < COUNT(more); i++)
        json_object_set_new(object, more[i].name,
                            usage->complete ? json_integer((json_int_t)more[i].value)
                                            : json_null());
    return object;
}

json_t *
usage_json(const struct usage_list *list)
{
    const struct usage total = usage_total(list);
    json_t *processes = json_array();

    for (size_t i = 0; i < list->count; i++) {
        json_t *object = numbers_json(&list->items[i]);

        json_object_set_new(object, "pid", json_integer(list->items[i].pid));
        json_object_set_new(object, "parent", json_integer(list->items[i].parent));
        json_object_set_new(object, "name", json_string(list->items[i].name));
        json_array_append_new(processes, object);
    }
    return json_pack("{s:o, s:o}", "processes", processes, "total", numbers_json(&total));
}
