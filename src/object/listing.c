/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listing: the files are sorted so that those of a directory stand together, with those of its
 * directories; a directory is a range of them. JSON has the form that nginx's
 * ngx_http_autoindex_module writes, and the name as a URL has it, since names need not be
 * UTF-8.
 */
#include "object/listing.h"

#include <errno.h>
#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/percent.h"
#include "base/utf8.h"
#include "http/date.h"

#define SUMS_NAME "SHA256SUMS"

struct listing_making {
    struct listing *listing;
    const struct path_index *index;
    const struct object *all;
    const struct object **files; /* sorted */
    size_t count;
    FILE *out;
    const struct listing_format *format;
    bool failed;
};

/* A name in a directory: a file, or a range of files that are below a directory. */
struct entry {
    struct span name;
    const struct object *file; /* NULL: a directory */
    time_t modified;           /* of a directory: that of the newest file; 0: unknown */
};

struct listing_format {
    const char *type;
    void (*begin)(FILE *out, struct span path);
    void (*write)(FILE *out, const struct entry *entry, bool first);
    void (*end)(FILE *out);
};

/* --- text --------------------------------------------------------------------------------- */

/* Writes the text with escapes for the characters in special, as (one, each) below. */
static void
listing_put(FILE *out, struct span text, const char *(*escape)(char c))
{
    while (text.length > 0) {
        const size_t length = utf8_length(text);
        const char *escaped = length == 1 ? escape(text.at[0]) : NULL;

        if (length == 0 || (length == 1 && escaped == NULL && (unsigned char)text.at[0] < ' '))
            fputs(UTF8_REPLACEMENT, out);
        else if (escaped)
            fputs(escaped, out);
        else
            fwrite(text.at, 1, length, out);
        text.at += length > 0 ? length : 1;
        text.length -= length > 0 ? length : 1;
    }
}

static const char *
escape_html(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    }
    return NULL;
}

static const char *
escape_json(char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    }
    return NULL;
}

/* The name as a relative reference: "./" keeps a colon from being that of a scheme. */
static void
put_reference(FILE *out, const struct entry *entry, const char *(*escape)(char c))
{
    char text[PERCENT_GROWTH * TREE_PATH_MAX];
    const char *end = percent_encode(text, entry->name);

    fputs("./", out);
    listing_put(out, (struct span){ text, (size_t)(end - text) }, escape);
    if (entry->file == NULL)
        fputc('/', out);
}

/* --- formats ------------------------------------------------------------------------------ */

static void
begin_html(FILE *out, struct span path)
{
    fputs("<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>Index of ", out);
    listing_put(out, path, escape_html);
    fputs("</title>\n</head>\n<body>\n<h1>Index of ", out);
    listing_put(out, path, escape_html);
    fputs("</h1>\n<table>\n<tr><th>Name<th>Modified<th>Size\n", out);
    fputs("<tr><td><a href=\"../\">../</a><td><td>\n", out);
}

static void
write_html(FILE *out, const struct entry *entry, bool first)
{
    struct tm utc;
    char modified[32] = "";

    (void)first;
    if (entry->modified != 0 && gmtime_r(&entry->modified, &utc))
        strftime(modified, sizeof(modified), "%Y-%m-%d %H:%M", &utc);
    fputs("<tr><td><a href=\"", out);
    put_reference(out, entry, escape_html);
    fputs("\">", out);
    listing_put(out, entry->name, escape_html);
    fprintf(out, "%s</a><td>%s<td>", entry->file ? "" : "/", modified);
    if (entry->file)
        fprintf(out, "%" PRIu64, entry->file->length);
    fputc('\n', out);
}

static void
end_html(FILE *out)
{
    fputs("</table>\n</body>\n</html>\n", out);
}

static void
begin_json(FILE *out, struct span path)
{
    (void)path;
    fputs("[", out);
}

static void
write_json(FILE *out, const struct entry *entry, bool first)
{
    char modified[DATE_SIZE];

    fputs(first ? "\n{ \"name\": \"" : ",\n{ \"name\": \"", out);
    listing_put(out, entry->name, escape_json);
    fputs("\", \"href\": \"", out);
    put_reference(out, entry, escape_json);
    fprintf(out, "\", \"type\": \"%s\"", entry->file ? "file" : "directory");
    if (entry->modified != 0) {
        date_format(modified, entry->modified);
        fprintf(out, ", \"mtime\": \"%.*s\"", DATE_LENGTH, modified);
    }
    if (entry->file)
        fprintf(out, ", \"size\": %" PRIu64, entry->file->length);
    fputs(" }", out);
}

static void
end_json(FILE *out)
{
    fputs("\n]\n", out);
}

static const struct listing_format formats[] = {
    [AUTOINDEX_HTML] = { "text/html; charset=utf-8", begin_html, write_html, end_html },
    [AUTOINDEX_JSON] = { "application/json", begin_json, write_json, end_json },
};

/* --- objects ------------------------------------------------------------------------------ */

/* The object's text begins at this offset, and ends where the stream is. */
static void
add_object(struct listing_making *making, struct span path, const struct config_asset *asset,
           long start, time_t modified)
{
    struct listing *listing = making->listing;
    const long end = ftell(making->out);
    struct object *objects =
        reallocarray(listing->objects, listing->count + 1, sizeof(*objects));

    if (objects == NULL || start < 0 || end < 0) {
        making->failed = true;
        return;
    }
    listing->objects = objects;
    objects[listing->count++] = (struct object){ .ops = &object_packed,
                                                 .asset = asset,
                                                 .lines = &listing->lines,
                                                 .path = path.at,
                                                 .path_length = (uint32_t)path.length,
                                                 .length = (uint64_t)(end - start),
                                                 .last_modified = modified,
                                                 .source.fd = -1,
                                                 .memory_offset = (uint64_t)start,
                                                 .memory.fd = -1 };
}

/* The text does not move any more. */
static void
settle(struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++) {
        struct object *object = &listing->objects[i];
        struct sha256_ctx sha;

        object->bytes = listing->text + object->memory_offset;
        object->memory_offset = 0;
        sha256_init(&sha);
        sha256_update(&sha, (size_t)object->length, (const uint8_t *)object->bytes);
        sha256_digest(&sha, SHA256_DIGEST_SIZE, object->digest);
    }
}

/* --- directories -------------------------------------------------------------------------- */

/* The entry at files[from], in a directory whose path has this length. Returns where the next
 * one begins. */
static size_t
take_entry(const struct listing_making *making, size_t from, size_t to, size_t prefix,
           struct entry *entry)
{
    const struct object *file = making->files[from];
    const char *name = file->path + prefix;
    const char *slash = strchr(name, '/');
    const size_t length = slash ? (size_t)(slash - name) : strlen(name);
    size_t next = from + 1;

    *entry = (struct entry){ .name = { name, length },
                             .file = slash ? NULL : file,
                             .modified = file->last_modified };
    for (; slash && next < to &&
           strncmp(making->files[next]->path + prefix, name, length + 1) == 0;
         next++)
        if (making->files[next]->last_modified > entry->modified)
            entry->modified = making->files[next]->last_modified;
    return next;
}

static void
write_page(struct listing_making *making, size_t from, size_t to, size_t prefix)
{
    const struct span path = { making->files[from]->path, prefix };
    const long start = ftell(making->out);
    time_t modified = 0;
    struct entry entry;

    if (path_index_find(making->index, making->all, path) != PATH_INDEX_NONE)
        return;
    making->format->begin(making->out, path);
    for (size_t i = from; i < to;) {
        const bool first = i == from;

        i = take_entry(making, i, to, prefix, &entry);
        making->format->write(making->out, &entry, first);
        if (entry.modified > modified)
            modified = entry.modified;
    }
    making->format->end(making->out);
    add_object(making, path, &making->listing->page, start, modified);
}

/* As deep as the loader walks. */
static void
write_pages(struct listing_making *making, size_t from, size_t to, size_t prefix)
{
    struct entry entry;

    write_page(making, from, to, prefix);
    for (size_t i = from; i < to && !making->failed;) {
        const size_t next = take_entry(making, i, to, prefix, &entry);

        if (entry.file == NULL)
            write_pages(making, i, next, prefix + entry.name.length + 1);
        i = next;
    }
}

/* --- digests ------------------------------------------------------------------------------ */

/* As sha256sum(1) writes it: a backslash in front says that the name has escapes. */
static void
write_digest(FILE *out, const struct object *file, const char *name)
{
    char text[2 * OBJECT_DIGEST_SIZE + 1];

    object_digest_text(file, text);
    fprintf(out, "%s%s  ", strpbrk(name, "\\\n\r") ? "\\" : "", text);
    for (; *name != '\0'; name++)
        switch (*name) {
        case '\\':
            fputs("\\\\", out);
            break;
        case '\n':
            fputs("\\n", out);
            break;
        case '\r':
            fputs("\\r", out);
            break;
        default:
            fputc(*name, out);
        }
    fputc('\n', out);
}

static void
write_sums(struct listing_making *making, const struct config_asset *tree)
{
    const size_t prefix = tree_prefix_length(tree);
    const long start = ftell(making->out);
    time_t modified = 0;
    struct span path;

    if (asprintf(&making->listing->sums_path, "%.*s/" SUMS_NAME, (int)prefix - 1, tree->path) <
        0) {
        making->listing->sums_path = NULL;
        making->failed = true;
        return;
    }
    path = span_of(making->listing->sums_path);
    if (path_index_find(making->index, making->all, path) != PATH_INDEX_NONE)
        return;
    for (size_t i = 0; i < making->count; i++) {
        write_digest(making->out, making->files[i], making->files[i]->path + prefix);
        if (making->files[i]->last_modified > modified)
            modified = making->files[i]->last_modified;
    }
    add_object(making, path, &making->listing->sums, start, modified);
}

/* --- files -------------------------------------------------------------------------------- */

/* By the bytes of the path, with the slash before all others. */
static int
compare_files(const void *a, const void *b)
{
    const unsigned char *x = (const unsigned char *)(*(const struct object *const *)a)->path;
    const unsigned char *y = (const unsigned char *)(*(const struct object *const *)b)->path;

    while (*x != '\0' && *x == *y) {
        x++;
        y++;
    }
    return (*x == '/' ? 1 : 2 * *x) - (*y == '/' ? 1 : 2 * *y);
}

/* Those that requests can reach, each once: the object of an index file's directory has the
 * same text as its path, of another length. */
static bool
listing_take_files(struct listing_making *making, const struct tree *tree,
                   const struct object *objects, size_t count)
{
    making->files = calloc(tree->files + 1, sizeof(*making->files));
    for (size_t i = 0; making->files && i < count && making->count < tree->files; i++) {
        const struct object *object = &objects[i];

        if (object->asset->section == tree->asset->section &&
            object->coding == CODING_IDENTITY && object->path[object->path_length] == '\0' &&
            path_index_find(making->index, objects, object_path(object)) == i)
            making->files[making->count++] = object;
    }
    if (making->count > 0)
        qsort(making->files, making->count, sizeof(*making->files), compare_files);
    return making->files != NULL;
}

/* --- the whole ---------------------------------------------------------------------------- */

bool
listing_wanted(const struct config_asset *asset)
{
    return asset->tree &&
           (asset->autoindex != AUTOINDEX_OFF || asset->sha256sums == CHOICE_YES);
}

/* What a reload changes must not be kept by caches, whatever the files allow. */
static bool
prepare_sections(struct listing *listing, struct tree *tree)
{
    const struct tree_class *class = tree_class(tree, 0);

    if (class == NULL || field_lines_create(&listing->lines, true, "no-cache",
                                            (const char *const *)class->asset.header.items,
                                            class->asset.header.count) < 0)
        return false;
    listing->sums = class->asset;
    listing->sums.encoding = ENCODING_IDENTITY;
    listing->sums.precompressed.count = 0; /* files beside are not of these objects */
    listing->page = listing->sums;
    listing->page.content_type = (char *)(uintptr_t)formats[tree->asset->autoindex].type;
    listing->sums.content_type = (char *)(uintptr_t) "text/plain; charset=utf-8";
    return true;
}

static void
listing_write(struct listing_making *making, const struct config_asset *tree)
{
    if (tree->autoindex != AUTOINDEX_OFF && making->count > 0)
        write_pages(making, 0, making->count, tree_prefix_length(tree));
    if (tree->sha256sums == CHOICE_YES)
        write_sums(making, tree);
}

int
listing_make(struct listing *listing, struct tree *tree, const struct object *objects,
             size_t count, const struct path_index *index)
{
    struct listing_making making = { .listing = listing,
                                     .index = index,
                                     .all = objects,
                                     .format = &formats[tree->asset->autoindex] };
    size_t size = 0;

    *listing = (struct listing){ 0 };
    making.out = open_memstream(&listing->text, &size);
    if (making.out == NULL)
        return -ENOMEM;
    making.failed =
        !prepare_sections(listing, tree) || !listing_take_files(&making, tree, objects, count);
    if (!making.failed)
        listing_write(&making, tree->asset);
    making.failed |= ferror(making.out) != 0;
    making.failed |= fclose(making.out) != 0;
    free(making.files);
    if (making.failed)
        return -ENOMEM;
    settle(listing);
    return 0;
}

void
listing_free(struct listing *listing)
{
    field_lines_free(&listing->lines);
    free(listing->objects);
    free(listing->sums_path);
    free(listing->text);
    *listing = (struct listing){ 0 };
}
