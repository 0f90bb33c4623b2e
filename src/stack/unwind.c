/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unwind: uses libgcc's unwinder to collect return addresses.
 *
 * It reads the unwind tables of exceptions, which all libraries here have, so it reaches main()
 * without frame pointers. It finds the tables with _dl_find_object() (glibc 2.35, and the
 * libgcc of GCC 12), which takes no lock; an older libgcc could deadlock when a sample is taken
 * inside dlopen(). libunwind, the alternative, writes to a pipe and changes the signal mask at
 * each step.
 */
#include "stack/unwind.h"

#include <link.h>
#include <stdbool.h>
#include <unwind.h>

#include "stack/registers.h"

struct walk {
    uintptr_t *pcs;
    unsigned count;
    unsigned capacity;
    bool (*skip)(struct walk *walk, uintptr_t pc);
    uintptr_t wanted; /* skip_until() skips frames up to this one */
    struct unwind_range range;
    bool inside; /* a frame in the range has been seen */
};

static _Unwind_Reason_Code
visit(struct _Unwind_Context *context, void *argument)
{
    struct walk *walk = argument;
    uintptr_t pc = _Unwind_GetIP(context);

    if (pc == 0)
        return _URC_END_OF_STACK;
    if (walk->skip && walk->skip(walk, pc))
        return _URC_NO_REASON;
    walk->skip = NULL;
    walk->pcs[walk->count++] = pc;
    return walk->count < walk->capacity ? _URC_NO_REASON : _URC_END_OF_STACK;
}

void
unwind_prime(void)
{
    uintptr_t pcs[4];
    struct walk walk = { .pcs = pcs, .capacity = 4 };

    _Unwind_Backtrace(visit, &walk);
}

/* Skips the signal handler's own frames. */
static bool
skip_until(struct walk *walk, uintptr_t pc)
{
    return pc != walk->wanted;
}

unsigned
unwind_interrupted(const void *context, uintptr_t *pcs, unsigned depth)
{
    return unwind_from(registers_pc(context), pcs, depth);
}

unsigned
unwind_from(uintptr_t pc, uintptr_t *pcs, unsigned depth)
{
    struct walk walk = { .pcs = pcs, .capacity = depth, .skip = skip_until, .wanted = pc };

    _Unwind_Backtrace(visit, &walk);
    if (walk.count > 0)
        return walk.count;
    pcs[0] = pc;
    return 1;
}

void
unwind_add(struct unwind_ends *ends, uintptr_t pc)
{
    uintptr_t *end = ends->count < UNWIND_END ? ends->inner : ends->outer;

    end[ends->count % UNWIND_END] = pc;
    ends->count++;
}

struct climb {
    struct unwind_ends *ends;
    uintptr_t place; /* the interrupted instruction */
    bool passed;     /* it has been seen */
};

static _Unwind_Reason_Code
visit_outwards(struct _Unwind_Context *context, void *argument)
{
    struct climb *climb = argument;
    uintptr_t pc = _Unwind_GetIP(context);

    if (pc == 0 || climb->ends->count >= UNWIND_MAX)
        return _URC_END_OF_STACK;
    if (climb->passed)
        unwind_add(climb->ends, pc);
    climb->passed |= pc == climb->place;
    return _URC_NO_REASON;
}

void
unwind_outwards(const void *context, struct unwind_ends *ends)
{
    struct climb climb = { .ends = ends, .place = registers_pc(context) };

    _Unwind_Backtrace(visit_outwards, &climb);
}

unsigned
unwind_kept(const struct unwind_ends *ends, uintptr_t pcs[static 2 * UNWIND_END])
{
    const uint32_t kept = ends->count < 2 * UNWIND_END ? ends->count : 2 * UNWIND_END;

    for (uint32_t i = 0; i < kept; i++)
        pcs[i] = i < UNWIND_END ? ends->inner[i]
                                : ends->outer[(ends->count - kept + i) % UNWIND_END];
    return kept;
}

static bool
skip_range(struct walk *walk, uintptr_t pc)
{
    if (pc < walk->range.start || pc >= walk->range.end)
        return !walk->inside;
    walk->inside = true;
    return true;
}

unsigned
unwind_callers(struct unwind_range range, uintptr_t *pcs, unsigned depth)
{
    struct walk walk = { .pcs = pcs, .capacity = depth, .skip = skip_range, .range = range };

    _Unwind_Backtrace(visit, &walk);
    if (walk.count > 0)
        return walk.count;
    walk = (struct walk){ .pcs = pcs, .capacity = depth };
    _Unwind_Backtrace(visit, &walk);
    return walk.count;
}

struct search {
    uintptr_t address;
    struct unwind_range found;
};

static int
search_object(struct dl_phdr_info *info, size_t size, void *argument)
{
    struct search *search = argument;

    (void)size;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + header->p_vaddr;

        if (header->p_type != PT_LOAD || !(header->p_flags & PF_X) || search->address < start ||
            search->address >= start + header->p_memsz)
            continue;
        search->found = (struct unwind_range){ start, start + header->p_memsz };
        return 1;
    }
    return 0;
}

struct unwind_range
unwind_range_of(const void *address)
{
    struct search search = { .address = (uintptr_t)address };

    dl_iterate_phdr(search_object, &search);
    return search.found;
}
