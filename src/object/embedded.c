/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * embedded: the representation is part of the program, put into .rodata when it was built.
 *
 * An asset names an embedded file by its base name, so that the same asset can change
 * variant without changing its `file`. With `encoding = base64` the encoded form that the build
 * made is looked up: NAME.b64. Nothing is copied; the program's own file is opened, for
 * sendfile(2). Uses bytes, memory and memory_offset of struct object.
 */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#include "object/embed.h"
#include "object/object.h"

static const struct embed *
embedded_find(const struct config_asset *asset)
{
    const char *slash = strrchr(asset->file, '/');
    const char *name = slash ? slash + 1 : asset->file;
    const char *suffix = asset->encoding == ENCODING_BASE64 ? ".b64" : "";
    size_t length = strlen(name);

    for (size_t i = 0; i < embed_count; i++)
        if (strncmp(embed_table[i].name, name, length) == 0 &&
            strcmp(embed_table[i].name + length, suffix) == 0)
            return &embed_table[i];
    return NULL;
}

bool
embedded_has(const struct config_asset *asset)
{
    return embedded_find(asset) != NULL;
}

/* "a.tif, b.tif": what a message can offer. */
static void
list_names(char *out, size_t size)
{
    size_t length = 0;

    for (size_t i = 0; i < embed_count && length < size; i++)
        length += (size_t)snprintf(out + length, size - length, "%s%s", i ? ", " : "",
                                   embed_table[i].name);
}

static void
embedded_check(const struct config_asset *asset, struct report *report)
{
    char names[512] = "nothing";

    if (embedded_find(asset))
        return;
    list_names(names, sizeof(names));
    report_error(report, asset->file_origin,
                 "[asset %s] file: \"%s\"%s is not embedded in this program; it holds: %s",
                 asset->path, asset->file,
                 asset->encoding == ENCODING_BASE64 ? " as base64 (.b64)" : "", names);
}

struct embedded_place {
    uintptr_t address;
    uint64_t offset; /* in the program's file */
    bool found;
};

/* The program itself comes first in the list. */
static int
find_segment(struct dl_phdr_info *info, size_t size, void *data)
{
    struct embedded_place *place = data;

    (void)size;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        const uintptr_t start = info->dlpi_addr + segment->p_vaddr;

        if (segment->p_type != PT_LOAD || place->address < start ||
            place->address - start >= segment->p_filesz)
            continue;
        place->offset = segment->p_offset + (place->address - start);
        place->found = true;
    }
    return 1;
}

/* Where the bytes stand in the program's own file, for sendfile(2). Without it they are copied.
 */
static void
find_file(struct object *object)
{
    struct embedded_place place = { .address = (uintptr_t)object->bytes };

    dl_iterate_phdr(find_segment, &place);
    if (!place.found)
        return;
    object->memory.fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    object->memory_offset = place.offset;
}

void
embedded_set(struct object *object, const struct embed *embed)
{
    object->bytes = (const char *)embed->bytes;
    object->length = embed->size;
    object->last_modified = (time_t)embed->last_modified;
    memcpy(object->digest, embed->digest, sizeof(object->digest));
}

int
embedded_source(struct object *object, const struct config_asset *asset)
{
    const struct embed *embed = embedded_find(asset);

    if (embed == NULL) {
        log_error("%s: not embedded in this program", asset->file);
        return -ENOENT;
    }
    object->bytes = (const char *)embed->bytes;
    object->source = (struct source){ .fd = -1,
                                      .size = embed->size,
                                      .modified.tv_sec = (time_t)embed->last_modified };
    return 0;
}

static int
embedded_open(struct object *object)
{
    const struct embed *embed = embedded_find(object->asset);

    if (embed == NULL) {
        log_error("%s: not embedded in this program", object->asset->file);
        return -ENOENT;
    }
    embedded_set(object, embed);
    find_file(object);
    return 0;
}

static void
embedded_close(struct object *object)
{
    object->bytes = NULL;
    sealed_close(&object->memory);
}

static const char *
embedded_map(const struct object *object)
{
    return object->bytes;
}

static int
embedded_file(const struct object *object, uint64_t *offset)
{
    *offset = object->memory_offset;
    return object->memory.fd;
}

const struct object_ops object_embedded = {
    .check = embedded_check,
    .open = embedded_open,
    .close = embedded_close,
    .map = embedded_map,
    .file = embedded_file,
};
