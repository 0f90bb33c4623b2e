/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_names: a line of the file is "ffffffff81000000 T name", for modules with "\t[module]"
 * behind it. Processes share the file position, so it is read with pread(2). */
#include "symbol/kernel_names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX ((size_t)64 << 20)
#define CHUNK    ((size_t)1 << 20)
#define FIRST    ((uintptr_t)0xff << 56) /* the kernel's half, as far as processors use it */

struct kernel_name {
    uintptr_t address;
    const char *text;
};

struct kernel_names {
    char *text;                /* of the file; names end in NUL */
    struct kernel_name *items; /* by address */
    size_t count;
    size_t capacity;
};

static int kallsyms = -1; /* static, because it is for all processes */

int
kernel_names_open(const char *path)
{
    if (kallsyms >= 0)
        close(kallsyms);
    kallsyms = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    return path && kallsyms < 0 ? -errno : 0;
}

/* --- reading ------------------------------------------------------------------------------ */

static char *
kernel_names_text(void)
{
    char *text = NULL;
    size_t size = 0;
    size_t used = 0;
    ssize_t got = 1;

    while (got > 0 && used < FILE_MAX) {
        if (size - used < CHUNK / 2) {
            char *larger = realloc(text, size += CHUNK);

            if (larger == NULL)
                break;
            text = larger;
        }
        got = pread(kallsyms, text + used, size - used - 1, (off_t)used);
        used += got > 0 ? (size_t)got : 0;
    }
    if (text)
        text[used] = '\0';
    return text;
}

static bool
reserve_name(struct kernel_names *names)
{
    const size_t capacity = names->capacity > 0 ? names->capacity * 2 : 65536;
    struct kernel_name *items;

    if (names->count < names->capacity)
        return true;
    if ((items = reallocarray(names->items, capacity, sizeof(*items))) == NULL)
        return false;
    names->items = items;
    names->capacity = capacity;
    return true;
}

/* Functions only. An address of 0 is one that this process may not know. */
static void
add_name(struct kernel_names *names, char *line)
{
    char *end;
    const uintptr_t address = strtoull(line, &end, 16);

    if (address == 0 || end[0] != ' ' || strchr("tTwW", end[1]) == NULL || end[1] == '\0' ||
        end[2] != ' ' || !reserve_name(names))
        return;
    end[3 + strcspn(end + 3, " \t")] = '\0';
    names->items[names->count++] = (struct kernel_name){ address, end + 3 };
}

static int
kernel_names_compare(const void *left, const void *right)
{
    const struct kernel_name *first = left;
    const struct kernel_name *second = right;

    return first->address < second->address ? -1 : first->address > second->address;
}

struct kernel_names *
kernel_names_read(void)
{
    struct kernel_names *names = kallsyms < 0 ? NULL : calloc(1, sizeof(*names));
    char *rest;
    char *line;

    if (names == NULL || (names->text = kernel_names_text()) == NULL) {
        free(names);
        return NULL;
    }
    rest = names->text;
    while ((line = strsep(&rest, "\n")) != NULL)
        add_name(names, line);
    if (names->count > 0)
        qsort(names->items, names->count, sizeof(*names->items), kernel_names_compare);
    return names;
}

void
kernel_names_free(struct kernel_names *names)
{
    if (names == NULL)
        return;
    free(names->items);
    free(names->text);
    free(names);
}

/* --- finding ------------------------------------------------------------------------------ */

bool
kernel_names_covers(uintptr_t address)
{
    return address >= FIRST;
}

const char *
kernel_names_find(const struct kernel_names *names, uintptr_t address)
{
    size_t low = 0;
    size_t high = names ? names->count : 0;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (names->items[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? names->items[low - 1].text : "[kernel]";
}
