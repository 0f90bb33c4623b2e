/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbol: the function, file and line at an address. Not for signal handlers or damaged
 * processes: it allocates, reads files and can be slow.
 */
#ifndef SYMBOL_SYMBOL_H
#define SYMBOL_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbol/maps.h"

struct Dwfl_Module;
struct symbols;

struct symbol {
    const char
        *function;    /* "[libfoo.so]" if only the file is known, "[unknown]" if nothing is */
    const char *file; /* source file, absolute; NULL without debug information */
    unsigned line;    /* 0: unknown */
    bool known;       /* function is really the name of a function */
    const char *home; /* file that defines the function, as above */
};

/* Borrows maps until symbol_close(). NULL: out of memory. */
struct symbols *symbol_open(const struct maps *maps) __attribute__((warn_unused_result));

/* Reads this process's maps itself. NULL with errno. */
struct symbols *symbol_open_self(void) __attribute__((warn_unused_result));

void symbol_close(struct symbols *symbols);

/* Makes this process ignore DEBUGINFOD_URLS: for processes that must not wait for a server, or
 * can't reach one. */
void symbol_stay_local(void);

/*
 * Finds the functions at an address: at least one, and several where calls were inlined,
 * innermost first. For a caller's frame, pass the return address minus one; otherwise the line
 * can be that of the next statement. Results are cached and valid until symbol_close().
 */
size_t symbol_find(struct symbols *symbols, uintptr_t address, const struct symbol **frames);

/* The mapped file that holds an address, for libdwfl; NULL if there is none that can be
 * read. */
struct Dwfl_Module *symbol_module(const struct symbols *symbols, uintptr_t address);

/* Names an address that is not code, for frames that stand for something else. False: out of
 * memory. */
bool symbol_name(struct symbols *symbols, uintptr_t address, const char *name)
    __attribute__((warn_unused_result));

/* The offset of an address from the start of its function (the outermost one, where calls were
 * inlined), or, if only the file is known, from the file's load address. False: no file is
 * mapped there. */
bool symbol_offset(const struct symbols *symbols, uintptr_t address, uint64_t *offset)
    __attribute__((warn_unused_result));

#endif
