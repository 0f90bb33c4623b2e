/* SPDX-License-Identifier: BSD-2-Clause */
/* top: copies word by word, since no frame of a stack is a single object. */
#include "stack/top.h"

#include <string.h>

#define WORD sizeof(uintptr_t)

void
top_clear(struct stack_top *top)
{
    top->sp = 0;
    top->above = 0;
    top->below = 0;
}

__attribute__((no_sanitize_address)) void
top_copy(struct stack_top *top, uintptr_t sp, uintptr_t end)
{
    const volatile uintptr_t *stack = (const volatile uintptr_t *)(sp & ~(WORD - 1));
    const volatile uintptr_t *until = (const volatile uintptr_t *)(end & ~(WORD - 1));

    top_clear(top);
    top->sp = (uintptr_t)stack;
    for (uint32_t i = 0; i < TOP_ABOVE && stack + i < until; i++) {
        top->words[TOP_BELOW + i] = stack[i];
        top->above = i + 1;
    }
    for (uint32_t i = 1; i <= TOP_BELOW; i++) {
        top->words[TOP_BELOW - i] = *(stack - i);
        top->below = i;
    }
}

bool
top_read(const struct stack_top *top, uintptr_t address, uint64_t *value)
{
    const size_t above = top->above < TOP_ABOVE ? top->above : TOP_ABOVE;
    const size_t below = top->below < TOP_BELOW ? top->below : TOP_BELOW;
    const uintptr_t first = top->sp - below * WORD;
    const size_t size = (above + below) * WORD;

    if (size < sizeof(*value) || address - first > size - sizeof(*value))
        return false;
    memcpy(value, (const char *)(top->words + TOP_BELOW - below) + (address - first),
           sizeof(*value));
    return true;
}
