/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * media_type: suffixes of files that an object server is likely to hold. Short on purpose:
 * content_type sets any other.
 */
#include "object/media_type.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/count.h"

static const struct {
    const char *suffix;
    const char *type;
} types[] = {
    { ".b64", "text/plain; charset=us-ascii" },
    { ".bz2", "application/x-bzip2" },
    { ".css", "text/css" },
    { ".csv", "text/csv" },
    { ".gif", "image/gif" },
    { ".gz", "application/gzip" },
    { ".htm", "text/html; charset=utf-8" },
    { ".html", "text/html; charset=utf-8" },
    { ".jpeg", "image/jpeg" },
    { ".jpg", "image/jpeg" },
    { ".js", "text/javascript" },
    { ".json", "application/json" },
    { ".mp4", "video/mp4" },
    { ".pdf", "application/pdf" },
    { ".png", "image/png" },
    { ".svg", "image/svg+xml" },
    { ".tar", "application/x-tar" },
    { ".tif", "image/tiff" },
    { ".tiff", "image/tiff" },
    { ".txt", "text/plain; charset=utf-8" },
    { ".wasm", "application/wasm" },
    { ".webp", "image/webp" },
    { ".xml", "application/xml" },
    { ".xz", "application/x-xz" },
    { ".zip", "application/zip" },
    { ".zst", "application/zstd" },
};

const char *
media_type_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *suffix = strrchr(slash ? slash : file, '.');

    for (size_t i = 0; suffix && i < COUNT(types); i++)
        if (strcasecmp(suffix, types[i].suffix) == 0)
            return types[i].type;
    return "application/octet-stream";
}
