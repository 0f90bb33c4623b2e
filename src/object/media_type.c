/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * media_type: what tiffd's own pages have, and what an object server is likely to hold and the
 * usual lists lack or a minimal system has no list for.
 */
#include "object/media_type.h"

#include <string.h>
#include <strings.h>

#include "base/count.h"

static const struct media_type media_types[] = {
    { ".7z", "application/x-7z-compressed" },
    { ".arrow", "application/vnd.apache.arrow.file" },
    { ".avif", "image/avif" },
    { ".avro", "application/avro" },
    { ".b64", MEDIA_TYPE_BASE64 },
    { ".bz2", "application/x-bzip2" },
    { ".css", "text/css" },
    { ".csv", "text/csv" },
    { ".deb", "application/vnd.debian.binary-package" },
    { ".fgb", "application/flatgeobuf" },
    { ".fits", "application/fits" },
    { ".geojson", "application/geo+json" },
    { ".gif", "image/gif" },
    { ".glb", "model/gltf-binary" },
    { ".gltf", "model/gltf+json" },
    { ".gml", "application/gml+xml" },
    { ".gpkg", "application/geopackage+sqlite3" },
    { ".grib2", "application/wmo-grib2" },
    { ".gz", "application/gzip" },
    { ".h5", "application/x-hdf5" },
    { ".hdf5", "application/x-hdf5" },
    { ".htm", "text/html; charset=utf-8" },
    { ".html", "text/html; charset=utf-8" },
    { ".ico", "image/vnd.microsoft.icon" },
    { ".jp2", "image/jp2" },
    { ".jpeg", "image/jpeg" },
    { ".jpg", "image/jpeg" },
    { ".js", "text/javascript" },
    { ".json", "application/json" },
    { ".jsonl", "application/jsonl" },
    { ".jxl", "image/jxl" },
    { ".kml", "application/vnd.google-earth.kml+xml" },
    { ".kmz", "application/vnd.google-earth.kmz" },
    { ".las", "application/vnd.las" },
    { ".laz", "application/vnd.laszip" },
    { ".m3u8", "application/vnd.apple.mpegurl" },
    { ".md", "text/markdown" },
    { ".mjs", "text/javascript" },
    { ".mp3", "audio/mpeg" },
    { ".mp4", "video/mp4" },
    { ".mvt", "application/vnd.mapbox-vector-tile" },
    { ".nc", "application/netcdf" },
    { ".obj", "model/obj" },
    { ".parquet", "application/vnd.apache.parquet" },
    { ".pdf", "application/pdf" },
    { ".pmtiles", "application/vnd.pmtiles" },
    { ".png", "image/png" },
    { ".rpm", "application/x-rpm" },
    { ".stl", "model/stl" },
    { ".svg", "image/svg+xml" },
    { ".tar", "application/x-tar" },
    { ".tgz", "application/gzip" },
    { ".tif", "image/tiff" },
    { ".tiff", "image/tiff" },
    { ".toml", "application/toml" },
    { ".txt", "text/plain; charset=utf-8" },
    { ".usdz", "model/vnd.usdz+zip" },
    { ".wasm", "application/wasm" },
    { ".webm", "video/webm" },
    { ".webp", "image/webp" },
    { ".woff", "font/woff" },
    { ".woff2", "font/woff2" },
    { ".xml", "application/xml" },
    { ".xz", "application/x-xz" },
    { ".yaml", "application/yaml" },
    { ".zip", "application/zip" },
    { ".zst", "application/zstd" },
};

const struct media_type *
media_type_row(size_t number)
{
    return number < COUNT(media_types) ? &media_types[number] : NULL;
}

const char *
media_type_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *suffix = strrchr(slash ? slash : file, '.');

    for (size_t i = 0; suffix && i < COUNT(media_types); i++)
        if (strcasecmp(suffix, media_types[i].suffix) == 0)
            return media_types[i].type;
    return MEDIA_TYPE_UNKNOWN;
}
