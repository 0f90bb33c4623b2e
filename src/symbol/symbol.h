/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbol: what the code at an address is called. For processes in good health: it allocates,
 * reads files and takes its time.
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
    const char *function; /* "[libfoo.so]" where only the file is known, "[unknown]" at worst */
    const char *file;     /* of the source, absolute; NULL without debug information */
    unsigned line;        /* 0: not known */
    bool known;           /* function is the name of one */
    const char *home;     /* file that the function is defined in, as above */
};

/* maps is borrowed until symbol_close(). NULL without memory. */
struct symbols *symbol_open(const struct maps *maps) __attribute__((warn_unused_result));

/* Over this process's maps, read for it. NULL with errno. */
struct symbols *symbol_open_self(void) __attribute__((warn_unused_result));

void symbol_close(struct symbols *symbols);

/* Has this process look for debug information on this machine only, whatever the environment
 * says: for those that must not wait for a server, or may not reach one. */
void symbol_stay_local(void);

/*
 * The functions at this address: more than one where calls were inlined, innermost first, and
 * never none. For a caller's frame pass the return address less one, else the line can be that
 * of the next statement. The result is remembered, and valid until symbol_close().
 */
size_t symbol_find(struct symbols *symbols, uintptr_t address, const struct symbol **frames);

/* The file that an address lies in, for libdwfl; NULL: none that could be read. */
struct Dwfl_Module *symbol_module(const struct symbols *symbols, uintptr_t address);

/* Gives an address that is none of code a name, for frames that stand for something else. False
 * without memory. */
bool symbol_name(struct symbols *symbols, uintptr_t address, const char *name)
    __attribute__((warn_unused_result));

/* How far the address lies behind the start of the function that holds it (the outermost, where
 * calls were inlined), or, where only the file is known, behind where its addresses begin.
 * False: it lies in no file. */
bool symbol_offset(const struct symbols *symbols, uintptr_t address, uint64_t *offset)
    __attribute__((warn_unused_result));

#endif
