/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * override: "section.key=value" of the command line.
 */
#ifndef CONFIG_OVERRIDE_H
#define CONFIG_OVERRIDE_H

#include <stdbool.h>

#include "base/span.h"

struct build;

struct override {
    struct span section;
    struct span key; /* after the last dot before the first '=' */
    struct span value;
};

/* Splits text; the parts are trimmed and lie within it. False when it is not of this form. */
bool override_split(const char *text, struct override *override)
    __attribute__((warn_unused_result));

/* Puts one into the build, after the file's own settings. */
void override_apply(struct build *build, const char *text);

#endif
