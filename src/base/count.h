/* SPDX-License-Identifier: BSD-2-Clause */
/* count: how many elements an array has. */
#ifndef BASE_COUNT_H
#define BASE_COUNT_H

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
