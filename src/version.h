/* SPDX-License-Identifier: BSD-2-Clause */
/* version: what this program was built from, for `tiffd -V`. */
#ifndef VERSION_H
#define VERSION_H

#include <stdio.h>

/* Version, build flags, libraries and a line for each embedded object. 0 or a negative errno.
 */
int version_print(FILE *out);

#endif
