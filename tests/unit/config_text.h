/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_text: loads configurations from text, for tests of what spans several files of
 * src/config. The text goes through a file of its own, as in life.
 */
#ifndef CONFIG_TEXT_H
#define CONFIG_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/config_dump.h"
#include "config/config_free.h"
#include "config/config_load.h"
#include "scratch.h"

struct loaded {
    struct config *config; /* NULL: there were errors */
    struct report report;  /* its lines begin with "LINE: " or with the override */
};

/* Takes the file's name and the ':' away wherever a line begins with it. */
static inline void
config_text_shorten(char *text, const char *path)
{
    size_t length = strlen(path) + 1;

    for (char *at = text; at != NULL && *at != '\0';) {
        if (strncmp(at, path, length - 1) == 0)
            memmove(at, at + length, strlen(at + length) + 1);
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
}

static inline struct loaded
config_text_load(const char *text, size_t length, const struct config_override *overrides,
                 size_t count)
{
    struct loaded loaded = { 0 };
    const char *path = scratch_write("config.ini", text, length);

    loaded.config = config_load(path, overrides, count, &loaded.report);
    assert_true((loaded.config == NULL) == (loaded.report.count > 0));
    config_text_shorten(loaded.report.text, path);
    return loaded;
}

static inline struct loaded
config_text(const char *text)
{
    return config_text_load(text, strlen(text), NULL, 0);
}

static inline void
config_text_free(struct loaded *loaded)
{
    config_free(loaded->config);
    report_free(&loaded->report);
}

/* The dump as a string; the caller frees it. */
static inline char *
config_text_dump(const struct config *config)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    config_dump(config, out);
    fclose(out);
    return text;
}

#endif
