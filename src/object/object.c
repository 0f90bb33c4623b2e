/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object: makes what HTTP needs to know about an object for each response, which takes less
 * than 0.1 us.
 */
#include "object/object.h"

#include <stdio.h>
#include <string.h>

#include "base/percent.h"
#include "http/byteranges.h"
#include "http/response_head.h"
#include "object/base64.h"
#include "object/media_type.h"

static char *
write_hex(char *out, const unsigned char *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    return out;
}

void
object_digest_text(const struct object *object, char text[static 2 * OBJECT_DIGEST_SIZE + 1])
{
    *write_hex(text, object->digest, OBJECT_DIGEST_SIZE) = '\0';
}

/* Half of a SHA-256 keeps accidents away and heads short. */
static size_t
write_etag(const struct object *object, char *out)
{
    const char *start = out;

    *out++ = '"';
    out = write_hex(out, object->digest, OBJECT_DIGEST_SIZE / 2);
    *out++ = '"';
    *out = '\0';
    return (size_t)(out - start);
}

static struct span
coding_of(const struct object *object)
{
    return object->coding == CODING_IDENTITY ? SPAN("")
                                             : span_of(coding_info(object->coding)->name);
}

void
object_describe(const struct object *object, struct object_description *description)
{
    const size_t etag = write_etag(object, description->etag);
    const size_t digest =
        base64_encode(description->digest_text, object->digest, OBJECT_DIGEST_SIZE);

    description->digest_text[digest] = '\0';
    description->representation = (struct representation){
        .length = object->length,
        .last_modified = object->last_modified,
        .etag = { description->etag, etag },
        .digest = { description->digest_text, digest },
        .always_digest = object->asset->repr_digest == DIGEST_ALWAYS,
        .coding = coding_of(object),
        .varies = object->forms > 0 || object->coding != CODING_IDENTITY,
        .content_type = span_of(object->content_type),
        .fields = object->lines->all,
        .common = object->lines->common,
    };
}

const char *
object_content_type(const struct object *object, const struct mime_types *types)
{
    const struct config_asset *asset = object->asset;

    if (asset->content_type)
        return asset->content_type;
    if (asset->encoding == ENCODING_BASE64)
        return MEDIA_TYPE_BASE64;
    return mime_types_find(types, asset->tree ? object->path : asset->file);
}

bool
object_has_right_digest(const struct object *object)
{
    char text[2 * OBJECT_DIGEST_SIZE + 1];

    if (object->asset->sha256 == NULL || object->absent || object->coding != CODING_IDENTITY)
        return true;
    object_digest_text(object, text);
    if (strcmp(text, object->asset->sha256) == 0)
        return true;
    log_error("asset %s: %s has the SHA-256 digest %s; accepted: %s", object->asset->path,
              object->asset->file, text, object->asset->sha256);
    return false;
}

/* Other paths are redirected to it. */
static bool
is_directory(const struct object *object)
{
    return object->asset->tree && object->path[object->path_length - 1] == '/';
}

size_t
object_head_max(const struct object *object)
{
    struct object_description description;

    object_describe(object, &description);
    return response_head_max(&description.representation) +
           byteranges_head_max(&description.representation) +
           (is_directory(object) ? PERCENT_GROWTH * object->path_length : 0);
}

void
object_set_length(struct object *object)
{
    object->length = source_length(object->source.size, object->asset->encoding);
    object->last_modified = object->source.modified.tv_sec;
}

int
object_open_file(struct object *object)
{
    const int error = source_open(&object->source, object->asset);

    if (error == 0)
        object_set_length(object);
    return error;
}

/* A tree's path ends in a slash at the root alone. */
void
object_name(const struct object *object, char name[static OBJECT_NAME_SIZE])
{
    const struct config_asset *asset = object->asset;
    const size_t prefix = strlen(asset->path) > 1 ? strlen(asset->path) + 1 : 1;

    if (asset->tree)
        snprintf(name, OBJECT_NAME_SIZE, "tree %s: %s/%s", asset->path,
                 asset->directory ? asset->directory : "", object->path + prefix);
    else
        snprintf(name, OBJECT_NAME_SIZE, "asset %s: %s", asset->path, asset->file);
}
