/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rule: "PATTERN KEY VALUE" in a tree section: files that match the pattern (pattern.h) get
 * another value for a key of the section. A later rule replaces the value of an earlier one,
 * except for `header`, which adds a field.
 */
#ifndef CONFIG_RULE_H
#define CONFIG_RULE_H

#include <stdint.h>

#include "base/span.h"
#include "config/config.h"

#define RULES_MAX 64 /* per tree: bits of a set */

/* Splits a rule into its parts, which point into text. Returns NULL or what is wrong with its
 * form. */
const char *rule_split(const char *text, struct span *pattern, struct span *key,
                       struct span *value);

/* The set of rules that match this file: bit i stands for rule i of the tree. */
uint64_t rule_match(const struct config_asset *tree, const char *name);

/* Copies the section of the tree, applies these rules to the copy, and leaves out the lists of
 * patterns and rules; path, directory and cors are borrowed. If memory runs out, see memory.h.
 * rule_free() frees the copy. */
void rule_apply(const struct config_asset *tree, uint64_t rules, struct config_asset *result);
void rule_free(struct config_asset *result);

#endif
