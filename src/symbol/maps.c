/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * maps: reads /proc/self/maps. Build ids come from the notes that are mapped with the program
 * and its libraries, so no file is opened. Without /proc (in a chroot) it returns -ENOENT.
 */
#include "symbol/maps.h"

#include <errno.h>
#include <inttypes.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

static void
strip_deleted(char *path)
{
    static const char mark[] = " (deleted)";
    size_t length = strlen(path);
    size_t mark_length = sizeof(mark) - 1;

    if (length > mark_length && strcmp(path + length - mark_length, mark) == 0)
        path[length - mark_length] = '\0';
}

/* Parses a number and the character that must follow it. */
static bool
maps_take(const char **at, int base, char end, uint64_t *value)
{
    char *stop;

    *value = strtoull(*at, &stop, base);
    if (stop == *at || *stop != end)
        return false;
    *at = stop + 1;
    return true;
}

/* "start-end rwxp offset device inode   path" */
bool
maps_parse(const char *line, struct map *map)
{
    const char *at = line;
    uint64_t start;
    uint64_t end;

    *map = (struct map){ 0 };
    if (!maps_take(&at, 16, '-', &start) || !maps_take(&at, 16, ' ', &end) || start >= end ||
        at[0] != 'r' || strnlen(at, 5) < 5 || at[2] != 'x')
        return false;
    at += 5;
    if (!maps_take(&at, 16, ' ', &map->offset) || (at = strchr(at, ' ')) == NULL ||
        !maps_take(&at, 10, ' ', &map->inode))
        return false;
    map->start = start;
    map->end = end;
    at += strspn(at, " ");
    if (*at == '\0' || *at == '\n' || strncmp(at, "[vsyscall]", 10) == 0 ||
        (map->path = strndup(at, strcspn(at, "\n"))) == NULL)
        return false;
    strip_deleted(map->path);
    return true;
}

static int
maps_add(struct maps *maps, const struct map *map)
{
    struct map *items = reallocarray(maps->items, maps->count + 1, sizeof(*items));

    if (items == NULL) {
        free(map->path);
        return -ENOMEM;
    }
    maps->items = items;
    items[maps->count++] = *map;
    return 0;
}

static void
set_build_id(struct map *map, const unsigned char *bytes, size_t length)
{
    if (length * 2 >= sizeof(map->build_id))
        return;
    for (size_t i = 0; i < length; i++)
        snprintf(map->build_id + 2 * i, 3, "%02x", bytes[i]);
}

static size_t
padded(size_t length)
{
    return (length + 3) & ~(size_t)3;
}

/* Notes are a header, a name and a description, each padded to four bytes; see elf(5). */
static void
read_notes(struct map *map, const char *notes, size_t size)
{
    ElfW(Nhdr) header;

    while (size >= sizeof(header)) {
        size_t length;

        memcpy(&header, notes, sizeof(header));
        length = sizeof(header) + padded(header.n_namesz) + padded(header.n_descsz);
        if (length > size)
            return;
        if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == 4 &&
            memcmp(notes + sizeof(header), "GNU", 4) == 0)
            set_build_id(map, (const unsigned char *)notes + sizeof(header) + 4,
                         header.n_descsz);
        notes += length;
        size -= length;
    }
}

static bool
is_of(const struct dl_phdr_info *info, const struct map *map)
{
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + header->p_vaddr;

        if (header->p_type == PT_LOAD && header->p_flags & PF_X && start < map->end &&
            start + header->p_memsz > map->start)
            return true;
    }
    return false;
}

static void
identify_map(const struct dl_phdr_info *info, struct map *map)
{
    map->bias = info->dlpi_addr;
    map->program = info->dlpi_name[0] == '\0';
    for (unsigned i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_NOTE)
            read_notes(map, (const char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr),
                       info->dlpi_phdr[i].p_memsz);
}

static int
identify(struct dl_phdr_info *info, size_t size, void *argument)
{
    struct maps *maps = argument;

    (void)size;
    for (size_t i = 0; i < maps->count; i++)
        if (is_of(info, &maps->items[i]))
            identify_map(info, &maps->items[i]);
    return 0;
}

int
maps_read(struct maps *maps)
{
    char *line = NULL;
    size_t capacity = 0;
    struct map map;
    int error = 0;
    FILE *in;

    *maps = (struct maps){ 0 };
    if ((in = fopen("/proc/self/maps", "re")) == NULL)
        return -errno;
    while (error == 0 && getline(&line, &capacity, in) > 0)
        if (maps_parse(line, &map))
            error = maps_add(maps, &map);
    free(line);
    fclose(in);
    dl_iterate_phdr(identify, maps);
    return error;
}

void
maps_free(struct maps *maps)
{
    for (size_t i = 0; i < maps->count; i++)
        free(maps->items[i].path);
    free(maps->items);
    *maps = (struct maps){ 0 };
}

const struct map *
maps_find(const struct maps *maps, uintptr_t address)
{
    for (size_t i = 0; i < maps->count; i++)
        if (address >= maps->items[i].start && address < maps->items[i].end)
            return &maps->items[i];
    return NULL;
}

void
maps_write(const struct maps *maps, FILE *out)
{
    for (size_t i = 0; i < maps->count; i++) {
        const struct map *map = &maps->items[i];

        fprintf(out, "%" PRIxPTR "-%" PRIxPTR " r-xp %08" PRIx64 " 00:00 %" PRIu64 " %s\n",
                map->start, map->end, map->offset, map->inode, map->path);
    }
}
