/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs and libraries: any bytes as the ELF file of a mapping. The names of its addresses
 * are whatever it says, but there is one for each.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "symbol/symbol.h"

enum { START = 0x400000, END = 0x500000 };

/* dwarf_getscopes(3) keeps what it has found so far when the file is damaged. Who asks it here
 * ends soon. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
    return "leak:libdw";
}

static const char *
put_file(const uint8_t *data, size_t size)
{
    static char path[64];
    static int fd;

    if (fd == 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        FUZZ_CHECK(fd > 0);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    }
    FUZZ_CHECK(ftruncate(fd, 0) == 0);
    FUZZ_CHECK(pwrite(fd, data, size, 0) == (ssize_t)size);
    return path;
}

static void
look_up(struct symbols *symbols, uintptr_t address)
{
    const struct symbol *frames = NULL;
    size_t count = symbol_find(symbols, address, &frames);
    uint64_t offset;

    FUZZ_CHECK(count > 0);
    for (size_t i = 0; i < count; i++)
        FUZZ_CHECK(frames[i].function != NULL && frames[i].function[0] != '\0');
    (void)!symbol_offset(symbols, address, &offset);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct map map = { .start = START,
                       .end = END,
                       .inode = 1,
                       .path = (char *)(uintptr_t)put_file(data, size),
                       .bias = START };
    const struct maps maps = { .items = &map, .count = 1 };
    struct symbols *symbols = symbol_open(&maps);

    FUZZ_CHECK(symbols != NULL);
    look_up(symbols, START);
    look_up(symbols, START + 0x10);
    look_up(symbols, START + 0x1000);
    look_up(symbols, END - 1);
    look_up(symbols, END);
    symbol_close(symbols);
    return 0;
}
