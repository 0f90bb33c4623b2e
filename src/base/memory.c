/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory: malloc(3) and its relatives, with one answer to failure: a line on standard error
 * and the end of the process. Exports memory_alloc(), memory_grow(), memory_copy(),
 * memory_copy_span() and memory_format().
 *
 * Fatal: lack of memory. Known weakness: a reload without memory ends the master, too.
 */
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void *
must(void *memory)
{
    if (memory == NULL) {
        fputs("tiffd: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

void *
memory_alloc(size_t size)
{
    return must(calloc(1, size > 0 ? size : 1));
}

void *
memory_grow(void *items, size_t count, size_t size)
{
    return must(reallocarray(items, count > 0 ? count : 1, size));
}

char *
memory_copy(const char *text)
{
    return must(strdup(text));
}

char *
memory_copy_span(struct span text)
{
    return must(strndup(text.length > 0 ? text.at : "", text.length));
}

char *
memory_format(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    return must(text);
}
