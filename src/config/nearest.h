/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nearest: the known word that is closest to a misspelt one. Pure.
 */
#ifndef CONFIG_NEAREST_H
#define CONFIG_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a word that are compared; longer ones are never near anything. */
#define NEAREST_LENGTH_MAX 63

/* Insertions, deletions, replacements and swaps of neighbours that turn a into b, where the
 * case of ASCII letters is ignored; SIZE_MAX if a word is longer than NEAREST_LENGTH_MAX. */
size_t nearest_distance(const char *a, const char *b);

/* True when a word at this distance is worth suggesting in place of one of this length. */
bool nearest_plausible(size_t distance, size_t length);

#endif
