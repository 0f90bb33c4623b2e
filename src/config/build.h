/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build: a configuration while it is read, line by line and then override by override.
 */
#ifndef CONFIG_BUILD_H
#define CONFIG_BUILD_H

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"
#include "config/option.h"
#include "config/section.h"

enum build_place {
    BUILD_NOWHERE,  /* before the first section */
    BUILD_SKIPPING, /* in a section that was refused: its keys mean nothing */
    BUILD_INSIDE,
};

struct build {
    struct config *config;
    struct report *report;
    FILE *in;      /* the file, while it is read */
    size_t errors; /* in the report before this build */
    enum build_place place;
    enum section_kind kind; /* where the next key belongs */
    size_t asset;
    char *title;                       /* "server", "asset /tiff" */
    struct origin seen[SECTION_COUNT]; /* file NULL: not seen */
    struct origin *given;              /* see build_given() */
};

/* Begins with an empty configuration. */
void build_begin(struct build *build, const char *file, struct report *report);

/* A section of the file begins; its keys follow. */
void build_section(struct build *build, const char *name, struct origin origin);

/* The same for an override: a section that is already there is used again. */
void build_reopen(struct build *build, const char *name, struct origin origin);

/* A section begins whose name can't be read: its keys are skipped. */
void build_skip(struct build *build);

/* A key of the section. An origin without a line is an override: it replaces. */
void build_setting(struct build *build, const char *key, const char *value,
                   struct origin origin);

/* Where an option was given for the last time (and will be replaced by the next override); its
 * file is NULL when it was not given. asset as for section_fields(). */
struct origin *build_given(const struct build *build, const struct config_option *option,
                           size_t asset);

/* Ends the build: the configuration, or NULL if there are errors. */
struct config *build_end(struct build *build) __attribute__((warn_unused_result));

#endif
