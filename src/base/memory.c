/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory: malloc(3) and its relatives for code that builds large structures and can't handle
 * the failure of each allocation: it is handled in one place. Inside memory_try(), everything
 * allocated is freed and the call returns false; elsewhere the process ends with a message.
 *
 * A block is linked to the others that the same memory_try() has made, or to itself alone. Not
 * for threads.
 */
#include "base/memory.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Before the bytes that the caller sees. */
struct block {
    alignas(max_align_t) struct block *next;
    struct block *previous;
};

/* What memory_try() works on; otherwise NULL. */
static struct attempt {
    struct block made; /* a ring */
    jmp_buf failed;
} * attempt;

static _Noreturn void
memory_give_up(void)
{
    if (attempt)
        longjmp(attempt->failed, 1);
    fputs("tiffd: out of memory\n", stderr);
    exit(EXIT_FAILURE);
}

static void
link_behind(struct block *block, struct block *at)
{
    block->previous = at;
    block->next = at->next;
    at->next->previous = block;
    at->next = block;
}

static void
unlink_block(struct block *block)
{
    block->previous->next = block->next;
    block->next->previous = block->previous;
}

static void *
enter_block(struct block *block)
{
    if (block == NULL)
        memory_give_up();
    block->next = block->previous = block;
    if (attempt)
        link_behind(block, &attempt->made);
    return block + 1;
}

void *
memory_alloc(size_t size)
{
    return enter_block(
        size < SIZE_MAX - sizeof(struct block) ? calloc(1, sizeof(struct block) + size) : NULL);
}

/* The ring leads to the block's new place once it has one, and to the old one until then. */
void *
memory_grow(void *items, size_t count, size_t size)
{
    struct block *block = items ? (struct block *)items - 1 : NULL;
    const bool alone = block && block->next == block;
    struct block *grown;
    size_t bytes;

    if (block == NULL)
        return __builtin_mul_overflow(count, size, &bytes) ? enter_block(NULL)
                                                           : memory_alloc(bytes);
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, sizeof(*block), &bytes) ||
        (grown = realloc(block, bytes)) == NULL)
        memory_give_up();
    if (alone)
        grown->next = grown->previous = grown;
    grown->previous->next = grown->next->previous = grown;
    return grown + 1;
}

void
memory_free(void *memory)
{
    struct block *block = memory ? (struct block *)memory - 1 : NULL;

    if (block == NULL)
        return;
    unlink_block(block);
    free(block);
}

char *
memory_copy(const char *text)
{
    return memory_copy_span(span_of(text));
}

char *
memory_copy_span(struct span text)
{
    char *copy = memory_alloc(text.length + 1);

    if (text.length > 0)
        memcpy(copy, text.at, text.length);
    return copy;
}

char *
memory_format(const char *format, ...)
{
    char *text;
    int length;
    va_list arguments;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        memory_give_up();
    text = memory_alloc((size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

bool
memory_try(void (*work)(void *argument), void *argument)
{
    struct attempt here;
    bool done = false;

    here.made.next = here.made.previous = &here.made;
    attempt = &here;
    if (setjmp(here.failed) == 0) {
        work(argument);
        unlink_block(&here.made);
        done = true;
    } else {
        while (here.made.next != &here.made)
            memory_free(here.made.next + 1);
    }
    attempt = NULL;
    return done;
}
