/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rule: "PATTERN KEY VALUE" in a section of a tree: files that match the pattern (pattern.h)
 * have another value of a key of the section. Later rules replace what earlier ones say, except
 * for `header`, which adds.
 */
#ifndef CONFIG_RULE_H
#define CONFIG_RULE_H

#include <stdint.h>

#include "base/span.h"
#include "config/config.h"

#define RULES_MAX 64 /* of a tree: bits of a set */

/* Cuts a rule into its parts, which lie in text. What is wrong with its form, or NULL. */
const char *rule_split(const char *text, struct span *pattern, struct span *key,
                       struct span *value);

/* The set of rules that this file matches: bit i is the tree's rule i. */
uint64_t rule_match(const struct config_asset *tree, const char *name);

/* A copy of the tree's section with what these rules say, without its lists of patterns and
 * rules; path, directory and cors are borrowed. Without memory see memory.h. rule_free() ends
 * it. */
void rule_apply(const struct config_asset *tree, uint64_t rules, struct config_asset *result);
void rule_free(struct config_asset *result);

#endif
