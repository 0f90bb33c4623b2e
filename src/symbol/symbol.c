/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbol: elfutils' libdwfl on the mapped files. Uses DWARF if there is any, else .symtab, else
 * .dynsym. Finds separate debug information by build id under /usr/lib/debug, by the name in
 * .gnu_debuglink beside the program, and, if libdebuginfod is installed and DEBUGINFOD_URLS
 * names a server, over the network; see symbol_stay_local().
 *
 * The program is opened through /proc/self/exe, because its file may have been replaced. A
 * library is not used if its build id differs from the mapped one.
 */
#include "symbol/symbol.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/intern.h"
#include "symbol/debuglink.h"
#include "symbol/kernel_names.h"
#include "symbol/scopes.h"
#include "symbol/srcpath.h"

#define INLINED_MAX 16

struct symbol_result {
    struct symbol *frames; /* NULL: use the fallback */
    size_t count;
    struct symbol fallback;
};

struct symbols {
    struct maps own; /* of symbol_open_self() */
    const struct maps *maps;
    Dwfl *dwfl;
    Dwfl_Module **modules; /* one per map; NULL: can't be used */
    char **fallbacks;      /* one per map: "[libfoo.so]" */
    struct intern *files; /* absolute names of source files, and names given to symbol_name() */
    struct intern *addresses;
    struct symbol_result **results; /* by an address's number */
    size_t capacity;
    struct kernel_names *kernel; /* NULL: not read yet, or not readable */
    bool kernel_read;
};

static const struct symbol unknown = { .function = "[unknown]" };

/* --- opening ------------------------------------------------------------------------------ */

static char *debug_path = NULL; /* libdwfl's default */

/* Tries the network last: only dwfl_standard_find_debuginfo() loads libdebuginfod. */
static int
symbol_find_debuginfo(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                      const char *file, const char *link, GElf_Word checksum, char **found)
{
    const char *servers = getenv("DEBUGINFOD_URLS");
    int fd =
        dwfl_build_id_find_debuginfo(module, userdata, name, base, file, link, checksum, found);

    if (fd < 0 && file && link)
        fd = debuglink_open(file, link, checksum, found);
    if (fd < 0 && servers && servers[0] != '\0')
        fd = dwfl_standard_find_debuginfo(module, userdata, name, base, file, link, checksum,
                                          found);
    return fd;
}

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = symbol_find_debuginfo,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = &debug_path,
};

static bool
is_same_build(Dwfl_Module *module, const struct map *map)
{
    const unsigned char *bytes;
    GElf_Addr address;
    int length = dwfl_module_build_id(module, &bytes, &address);
    char text[sizeof(map->build_id)] = "";

    for (int i = 0; i < length && (size_t)i * 2 + 2 < sizeof(text); i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return strcmp(text, map->build_id) == 0;
}

static Dwfl_Module *
report(Dwfl *dwfl, const struct map *map)
{
    Dwfl_Module *module;
    int fd;

    if (map->inode == 0)
        return NULL;
    fd = open(map->program ? "/proc/self/exe" : map->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    module = dwfl_report_elf(dwfl, map->path, map->path, fd, map->bias, true);
    if (module == NULL)
        close(fd);
    return module;
}

static char *
bracket(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *text;

    if (path[0] == '[')
        return strdup(path);
    return asprintf(&text, "[%s]", slash ? slash + 1 : path) < 0 ? NULL : text;
}

static void
load_modules(struct symbols *symbols)
{
    const struct maps *maps = symbols->maps;
    GElf_Addr bias;

    dwfl_report_begin(symbols->dwfl);
    for (size_t i = 0; i < maps->count; i++) {
        symbols->modules[i] = report(symbols->dwfl, &maps->items[i]);
        symbols->fallbacks[i] = bracket(maps->items[i].path);
    }
    dwfl_report_end(symbols->dwfl, NULL, NULL);
    for (size_t i = 0; i < maps->count; i++)
        if (symbols->modules[i] && (dwfl_module_getelf(symbols->modules[i], &bias) == NULL ||
                                    !is_same_build(symbols->modules[i], &maps->items[i])))
            symbols->modules[i] = NULL;
}

static int
symbol_prepare(struct symbols *symbols, const struct maps *maps)
{
    symbols->maps = maps;
    symbols->modules = calloc(maps->count + 1, sizeof(Dwfl_Module *));
    symbols->fallbacks = calloc(maps->count + 1, sizeof(*symbols->fallbacks));
    symbols->addresses = intern_create();
    symbols->files = intern_create();
    symbols->dwfl = dwfl_begin(&callbacks);
    if (symbols->modules && symbols->fallbacks && symbols->addresses && symbols->files &&
        symbols->dwfl) {
        load_modules(symbols);
        return 0;
    }
    return -ENOMEM;
}

struct symbols *
symbol_open(const struct maps *maps)
{
    struct symbols *symbols = calloc(1, sizeof(*symbols));

    if (symbols && symbol_prepare(symbols, maps) == 0)
        return symbols;
    symbol_close(symbols);
    return NULL;
}

struct symbols *
symbol_open_self(void)
{
    struct symbols *symbols = calloc(1, sizeof(*symbols));
    int error = symbols ? maps_read(&symbols->own) : -ENOMEM;

    if (error == 0 && (error = symbol_prepare(symbols, &symbols->own)) == 0)
        return symbols;
    symbol_close(symbols);
    errno = -error;
    return NULL;
}

void
symbol_stay_local(void)
{
    unsetenv("DEBUGINFOD_URLS");
}

void
symbol_close(struct symbols *symbols)
{
    if (symbols == NULL)
        return;
    for (size_t i = 0; symbols->results && i < intern_count(symbols->addresses); i++) {
        if (symbols->results[i] == NULL)
            continue;
        free(symbols->results[i]->frames);
        free(symbols->results[i]);
    }
    for (size_t i = 0; symbols->fallbacks && i < symbols->maps->count; i++)
        free(symbols->fallbacks[i]);
    free(symbols->results);
    free(symbols->fallbacks);
    free(symbols->modules);
    intern_free(symbols->addresses);
    intern_free(symbols->files);
    kernel_names_free(symbols->kernel);
    dwfl_end(symbols->dwfl);
    maps_free(&symbols->own);
    free(symbols);
}

/* --- names of sources --------------------------------------------------------------------- */

/* Returns name itself if it can't be made absolute. */
static const char *
absolute(const struct symbols *symbols, const char *directory, const char *name)
{
    char *path = name ? srcpath_join(directory, name) : NULL;
    size_t number;

    if (path == NULL)
        return name;
    number = intern_number(symbols->files, path, strlen(path));
    free(path);
    return intern_failed(symbols->files) ? name : intern_key(symbols->files, number, NULL);
}

static const char *
directory_of(Dwarf_Die *unit)
{
    Dwarf_Attribute attribute;

    return dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
}

/* --- one address -------------------------------------------------------------------------- */

/* What a lookup needs besides the address. */
struct lookup {
    const struct symbols *symbols;
    Dwarf_Die *unit;
};

/* Sets place to the line that calls the inlined function. */
static void
go_to_call(const struct lookup *search, Dwarf_Die *inlined, struct symbol *place)
{
    Dwarf_Attribute attribute;
    Dwarf_Files *files;
    Dwarf_Word file;
    Dwarf_Word line;

    place->line = 0;
    place->file = NULL;
    if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line) == 0)
        place->line = (unsigned)line;
    if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file) == 0 &&
        dwarf_getsrcfiles(search->unit, &files, NULL) == 0)
        place->file = absolute(search->symbols, directory_of(search->unit),
                               dwarf_filesrc(files, file, NULL, NULL));
}

/* Compilers and <immintrin.h> mark as artificial what a debugger should show as part of the
 * caller. */
static bool
is_artificial(Dwarf_Die *inlined)
{
    Dwarf_Attribute attribute;
    bool flag = false;

    return dwarf_tag(inlined) == DW_TAG_inlined_subroutine &&
           dwarf_formflag(dwarf_attr_integrate(inlined, DW_AT_artificial, &attribute), &flag) ==
               0 &&
           flag;
}

static size_t
unfold(const struct lookup *search, Dwarf_Die *scopes, int count, struct symbol place,
       struct symbol frames[INLINED_MAX])
{
    size_t found = 0;

    for (int i = 0; i < count && found < INLINED_MAX; i++) {
        int tag = dwarf_tag(&scopes[i]);
        const char *name;

        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
            continue;
        if (!is_artificial(&scopes[i]) && (name = dwarf_diename(&scopes[i])) != NULL) {
            place.function = name;
            place.known = true;
            place.home = absolute(search->symbols, directory_of(search->unit),
                                  dwarf_decl_file(&scopes[i]));
            frames[found++] = place;
        }
        if (tag == DW_TAG_subprogram)
            break;
        go_to_call(search, &scopes[i], &place);
    }
    return found;
}

static size_t
from_dwarf(const struct symbols *symbols, Dwfl_Module *module, uintptr_t address,
           struct symbol frames[INLINED_MAX])
{
    Dwarf_Addr bias;
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, &bias);
    const struct lookup search = { symbols, unit };
    Dwfl_Line *line = dwfl_module_getsrc(module, address);
    struct symbol place = { 0 };
    Dwarf_Die *scopes = NULL;
    size_t found;
    int number = 0;
    int count;

    if (unit == NULL)
        return 0;
    if (line)
        place.file = absolute(symbols, directory_of(unit),
                              dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL));
    place.line = (unsigned)number;
    count = scopes_at(unit, address - bias, &scopes);
    found = unfold(&search, scopes, count, place, frames);
    free(scopes);
    return found;
}

static size_t
from_symbols(Dwfl_Module *module, uintptr_t address, struct symbol frames[INLINED_MAX])
{
    const char *name = dwfl_module_addrname(module, address);

    if (name == NULL)
        return 0;
    frames[0] = (struct symbol){ .function = name, .known = true };
    return 1;
}

/* Reads the names when the first one is needed. */
static struct symbol
from_kernel(struct symbols *symbols, uintptr_t address)
{
    if (!symbols->kernel_read)
        symbols->kernel = kernel_names_read();
    symbols->kernel_read = true;
    return (struct symbol){ .function = kernel_names_find(symbols->kernel, address),
                            .known = symbols->kernel != NULL };
}

static struct symbol_result *
look_up(struct symbols *symbols, uintptr_t address)
{
    const struct map *map = maps_find(symbols->maps, address);
    struct symbol_result *result = calloc(1, sizeof(*result));
    struct symbol frames[INLINED_MAX];
    size_t index;

    if (result == NULL)
        return NULL;
    result->fallback = kernel_names_covers(address) ? from_kernel(symbols, address) : unknown;
    if (map == NULL)
        return result;
    index = (size_t)(map - symbols->maps->items);
    if (symbols->fallbacks[index])
        result->fallback.function = symbols->fallbacks[index];
    if (symbols->modules[index] == NULL)
        return result;
    result->count = from_dwarf(symbols, symbols->modules[index], address, frames);
    if (result->count == 0)
        result->count = from_symbols(symbols->modules[index], address, frames);
    if (result->count > 0 && (result->frames = malloc(result->count * sizeof(*frames))) != NULL)
        memcpy(result->frames, frames, result->count * sizeof(*frames));
    return result;
}

static bool
symbol_reserve(struct symbols *symbols, size_t number)
{
    size_t capacity = symbols->capacity > 0 ? symbols->capacity * 2 : 256;
    struct symbol_result **results;

    if (number < symbols->capacity)
        return true;
    if ((results = reallocarray(symbols->results, capacity, sizeof(struct symbol_result *))) ==
        NULL)
        return false;
    memset(results + symbols->capacity, 0,
           (capacity - symbols->capacity) * sizeof(struct symbol_result *));
    symbols->results = results;
    symbols->capacity = capacity;
    return true;
}

bool
symbol_name(struct symbols *symbols, uintptr_t address, const char *name)
{
    const size_t number = intern_number(symbols->addresses, &address, sizeof(address));
    const size_t text = intern_number(symbols->files, name, strlen(name));
    struct symbol_result *result;

    if (intern_failed(symbols->addresses) || intern_failed(symbols->files) ||
        !symbol_reserve(symbols, number))
        return false;
    if (symbols->results[number])
        return true;
    if ((result = calloc(1, sizeof(*result))) == NULL)
        return false;
    result->fallback =
        (struct symbol){ .function = intern_key(symbols->files, text, NULL), .known = true };
    symbols->results[number] = result;
    return true;
}

size_t
symbol_find(struct symbols *symbols, uintptr_t address, const struct symbol **frames)
{
    size_t number = intern_number(symbols->addresses, &address, sizeof(address));
    const struct symbol_result *result = NULL;

    *frames = &unknown;
    if (intern_failed(symbols->addresses) || !symbol_reserve(symbols, number))
        return 1;
    if (symbols->results[number] == NULL)
        symbols->results[number] = look_up(symbols, address);
    if ((result = symbols->results[number]) == NULL)
        return 1;
    *frames = result->frames ? result->frames : &result->fallback;
    return result->frames ? result->count : 1;
}

bool
symbol_offset(const struct symbols *symbols, uintptr_t address, uint64_t *offset)
{
    const struct map *map = maps_find(symbols->maps, address);
    Dwfl_Module *module = map ? symbols->modules[map - symbols->maps->items] : NULL;
    GElf_Off found;
    GElf_Sym symbol;

    if (map == NULL)
        return false;
    *offset = address - map->bias;
    if (module && dwfl_module_addrinfo(module, address, &found, &symbol, NULL, NULL, NULL))
        *offset = found;
    return true;
}

struct Dwfl_Module *
symbol_module(const struct symbols *symbols, uintptr_t address)
{
    const struct map *map = maps_find(symbols->maps, address);

    return map ? symbols->modules[map - symbols->maps->items] : NULL;
}
