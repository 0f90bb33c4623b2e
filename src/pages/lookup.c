/* SPDX-License-Identifier: BSD-2-Clause */
/* lookup: echoes each address as it was written, because tools compare the texts. */
#include "pages/lookup.h"

#include <errno.h>
#include <stdlib.h>

#include "symbol/symbol.h"

static const char separators[] = "+ \r\n";

/* Cuts the next address off rest; empty at the end. */
static struct span
next_word(struct span *rest)
{
    size_t start = 0;
    size_t end;

    if (rest->length == 0)
        return *rest;
    while (start < rest->length && memchr(separators, rest->at[start], 4))
        start++;
    for (end = start; end < rest->length && !memchr(separators, rest->at[end], 4);)
        end++;
    *rest = (struct span){ rest->at + end, rest->length - end };
    return (struct span){ rest->at - (end - start), end - start };
}

static bool
read_address(struct span word, uintptr_t *address)
{
    char text[2 + 16 + 1] = "";
    char *end;

    if (word.length <= 2 || word.length >= sizeof(text) || word.at[0] != '0' ||
        (word.at[1] | 0x20) != 'x')
        return false;
    memcpy(text, word.at, word.length);
    *address = strtoul(text + 2, &end, 16);
    return *end == '\0' && text[2] != '-' && text[2] != '+';
}

/* Callers come first: google-pprof takes all names but the first for inlined. A function that
 * is inlined into one of the same name, as the C library's aliases are, is told once. */
static void
write_names(struct page *page, struct symbols *symbols, struct span word, uintptr_t address)
{
    const struct symbol *frames;
    const char *caller = NULL;

    fprintf(page->out, "%.*s\t", (int)word.length, word.at);
    for (size_t i = symbol_find(symbols, address, &frames); i-- > 0;) {
        if (caller == NULL || strcmp(frames[i].function, caller) != 0)
            fprintf(page->out, "%s%s", caller ? "--" : "", frames[i].function);
        caller = frames[i].function;
    }
    fputc('\n', page->out);
}

static void
lookup_reply(struct page *page, struct symbols *symbols, struct span addresses)
{
    struct span word;

    fputs("num_symbols: 1\n", page->out);
    while ((word = next_word(&addresses)).length > 0) {
        uintptr_t address;

        if (!read_address(word, &address)) {
            page_refuse(page, 400,
                        "address: \"%.*s\"; accepted: 0x and up to 16 hexadecimal digits, "
                        "more of them after a +",
                        word.length < 64 ? (int)word.length : 64, word.at);
            return;
        }
        write_names(page, symbols, word, address);
    }
}

void
lookup_symbol(struct page *page)
{
    struct span addresses =
        page->message->content.length > 0 ? page->message->content : page->message->query;
    struct symbols *symbols = symbol_open_self();

    if (symbols)
        lookup_reply(page, symbols, addresses);
    else
        page_fail(page, -errno);
    symbol_close(symbols);
}
