/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * title: the kernel shows, as /proc/PID/cmdline, the memory where it has put the arguments. A
 * title that is shorter is followed by zeros, which ps(1) does not show; one that is longer
 * continues where the environment was, and the kernel follows it to its end. See proc(5).
 */
#include "base/title.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

static struct {
    char *start;
    size_t size;
    char *moved; /* what was there, for those who point to it; as long as the process */
} area;

/* Adds the strings that lie one behind the other. */
static void
take_strings(char **strings)
{
    for (; *strings; strings++)
        if (*strings == area.start + area.size)
            area.size += strlen(*strings) + 1;
}

static void
point_to_moved(char **strings)
{
    for (; *strings; strings++)
        if (*strings >= area.start && *strings < area.start + area.size)
            *strings = area.moved + (*strings - area.start);
}

void
title_init(char **arguments)
{
    area.start = arguments[0];
    take_strings(arguments);
    take_strings(environ);
    if (area.size == 0)
        return;
    area.moved = memory_alloc(area.size);
    memcpy(area.moved, area.start, area.size);
    point_to_moved(arguments);
    point_to_moved(environ);
}

void
title_set(const char *format, ...)
{
    char text[64];
    va_list arguments;

    if (area.size == 0)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    memset(area.start, 0, area.size);
    snprintf(area.start, area.size, "tiffd: %s", text);
}
