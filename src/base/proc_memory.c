/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc_memory: the files are read at positions of their own, since processes share these
 * descriptors. The kernel puts physical addresses into pagemap for a process that had
 * CAP_SYS_ADMIN when it opened the file; nothing here needs them, so it is opened without.
 */
#include "base/proc_memory.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/proc.h"

#define ENTRIES 4096                /* of pagemap, at a time */
#define PRESENT (UINT64_C(1) << 63) /* of an entry */
#define ADMIN   CAP_TO_MASK(CAP_SYS_ADMIN)

static const char *const names[PROC_MEMORY_FILES] = { "smaps_rollup", "smaps", "pagemap" };

/* --- opening ------------------------------------------------------------------------------ */

static int
open_of(pid_t pid, enum proc_memory_file file)
{
    char path[48];

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, names[file]);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Drops CAP_SYS_ADMIN of this thread only. */
static int
proc_memory_open_unprivileged(pid_t pid, enum proc_memory_file file)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct before[_LINUX_CAPABILITY_U32S_3];
    struct __user_cap_data_struct without[_LINUX_CAPABILITY_U32S_3];
    int fd;

    if (syscall(SYS_capget, &header, before) < 0)
        return -1;
    if (!(before[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & ADMIN))
        return open_of(pid, file);
    memcpy(without, before, sizeof(without));
    without[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective &= ~ADMIN;
    if (syscall(SYS_capset, &header, without) < 0)
        return -1;
    fd = open_of(pid, file);
    (void)syscall(SYS_capset, &header, before);
    return fd;
}

void
proc_memory_open(struct proc_memory *memory, pid_t pid)
{
    for (enum proc_memory_file i = 0; i < PROC_MEMORY_FILES; i++)
        proc_memory_adopt(memory, i,
                          pid <= 0                 ? -1
                          : i == PROC_MEMORY_PAGES ? proc_memory_open_unprivileged(pid, i)
                                                   : open_of(pid, i));
}

void
proc_memory_close(struct proc_memory *memory)
{
    proc_memory_open(memory, 0);
}

void
proc_memory_adopt(struct proc_memory *memory, enum proc_memory_file file, int fd)
{
    if (memory->fds[file] > 0)
        close(memory->fds[file]);
    memory->fds[file] = fd > 0 ? fd : 0;
}

/* --- reading text ------------------------------------------------------------------------- */

struct proc_memory_cursor {
    int fd;
    off_t offset;
};

static ssize_t
read_on(void *cookie, char *buffer, size_t size)
{
    struct proc_memory_cursor *cursor = cookie;
    const ssize_t n = pread(cursor->fd, buffer, size, cursor->offset);

    if (n > 0)
        cursor->offset += n;
    return n;
}

/* The file is made anew at each reading from its start. NULL: there is none. */
static FILE *
open_text(const struct proc_memory *memory, enum proc_memory_file file,
          struct proc_memory_cursor *cursor)
{
    const cookie_io_functions_t functions = { .read = read_on };

    *cursor = (struct proc_memory_cursor){ .fd = memory->fds[file] };
    return cursor->fd > 0 ? fopencookie(cursor, "r", functions) : NULL;
}

bool
proc_memory_pss(const struct proc_memory *memory, uint64_t *bytes)
{
    struct proc_memory_cursor cursor;
    FILE *in = open_text(memory, PROC_MEMORY_SUMS, &cursor);
    uint64_t kilobytes;
    bool found;

    if (in == NULL)
        return false;
    if ((found = proc_parse_number(in, "Pss:", &kilobytes)))
        *bytes = kilobytes * 1024;
    fclose(in);
    return found;
}

/* --- pages -------------------------------------------------------------------------------- */

static uint64_t
count_present(const uint64_t *entries, size_t count)
{
    uint64_t present = 0;

    for (size_t i = 0; i < count; i++)
        present += (entries[i] & PRESENT) != 0;
    return present;
}

bool
proc_memory_mapped(const struct proc_memory *memory, uintptr_t address, uint64_t length,
                   uint64_t *bytes)
{
    const uint64_t size = (uint64_t)sysconf(_SC_PAGESIZE);
    const uint64_t end = (address + length + size - 1) / size;
    const int fd = memory->fds[PROC_MEMORY_PAGES];
    uint64_t entries[ENTRIES];
    uint64_t present = 0;

    for (uint64_t page = address / size; page < end;) {
        const uint64_t wanted = end - page < ENTRIES ? end - page : ENTRIES;
        const ssize_t got = fd > 0 ? pread(fd, entries, wanted * sizeof(*entries),
                                           (off_t)(page * sizeof(*entries)))
                                   : -1;

        if (got < (ssize_t)sizeof(*entries))
            return false;
        present += count_present(entries, (size_t)got / sizeof(*entries));
        page += (uint64_t)got / sizeof(*entries);
    }
    *bytes = present * size < length ? present * size : length;
    return true;
}

/* --- mappings ----------------------------------------------------------------------------- */

/* "start-end perms ..." begins a mapping; the lines of its numbers have a colon. */
static bool
proc_memory_add(struct proc_mappings *mappings, const char *line, size_t *capacity)
{
    unsigned long start;
    unsigned long end;
    struct proc_mapping *items;

    if (sscanf(line, "%lx-%lx ", &start, &end) != 2)
        return true;
    if (mappings->count == *capacity) {
        *capacity = *capacity > 0 ? 2 * *capacity : 64;
        items = reallocarray(mappings->items, *capacity, sizeof(*items));
        if (items == NULL)
            return false;
        mappings->items = items;
    }
    mappings->items[mappings->count++] = (struct proc_mapping){ .start = start, .end = end };
    return true;
}

static void
note_numbers(struct proc_mappings *mappings, const char *line)
{
    struct proc_mapping *last = &mappings->items[mappings->count - 1];
    const char *colon = strchr(line, ':');
    const uint64_t bytes = colon ? strtoull(colon + 1, NULL, 10) * 1024 : 0;

    if (strncmp(line, "Rss:", 4) == 0)
        last->resident = bytes;
    else if (strncmp(line, "ShmemPmdMapped:", 15) == 0 ||
             strncmp(line, "FilePmdMapped:", 14) == 0)
        last->huge += bytes;
}

bool
proc_memory_mappings(const struct proc_memory *memory, struct proc_mappings *mappings)
{
    struct proc_memory_cursor cursor;
    FILE *in = open_text(memory, PROC_MEMORY_MAPPINGS, &cursor);
    size_t capacity = 0;
    char line[512];
    bool kept = true;

    *mappings = (struct proc_mappings){ 0 };
    if (in == NULL)
        return false;
    while (kept && fgets(line, sizeof(line), in)) {
        kept = proc_memory_add(mappings, line, &capacity);
        if (kept && mappings->count > 0)
            note_numbers(mappings, line);
    }
    fclose(in);
    return kept && mappings->count > 0;
}

void
proc_memory_free_mappings(struct proc_mappings *mappings)
{
    free(mappings->items);
    *mappings = (struct proc_mappings){ 0 };
}

static int
compare_address(const void *key, const void *item)
{
    const uintptr_t address = *(const uintptr_t *)key;
    const struct proc_mapping *mapping = item;

    return address < mapping->start ? -1 : address >= mapping->end;
}

const struct proc_mapping *
proc_memory_find(const struct proc_mappings *mappings, uintptr_t address)
{
    if (mappings->count == 0)
        return NULL;
    return bsearch(&address, mappings->items, mappings->count, sizeof(*mappings->items),
                   compare_address);
}
