/* SPDX-License-Identifier: BSD-2-Clause */
/* backtrace: looks up each address; all but the first are return addresses, and belong to the
 * call before. Longer lines are cut. */
#include "profile/backtrace.h"

#include <inttypes.h>
#include <stdbool.h>

#define LINE_SIZE 512

struct teller {
    backtrace_line *line;
    void *argument;
    size_t number; /* of the next line */
};

static void
tell_address(struct teller *teller, uintptr_t pc)
{
    char text[LINE_SIZE];

    snprintf(text, sizeof(text), "#%zu 0x%016" PRIxPTR, teller->number++, pc);
    teller->line(teller->argument, text);
}

/* Of functions that were inlined, only the outermost begins somewhere. */
static void
tell_frame(struct teller *teller, uintptr_t pc, const struct symbol *frame, bool outermost,
           uint64_t offset)
{
    char where[24] = " (inlined)";
    char source[LINE_SIZE] = "";
    char text[LINE_SIZE];

    if (outermost)
        snprintf(where, sizeof(where), "+0x%" PRIx64, offset);
    if (frame->file)
        snprintf(source, sizeof(source), " %s:%u", frame->file, frame->line);
    if (snprintf(text, sizeof(text), "#%zu 0x%016" PRIxPTR " %s%s%s", teller->number++, pc,
                 frame->function, where, source) > 0)
        teller->line(teller->argument, text);
}

void
backtrace_tell(struct symbols *symbols, const uintptr_t *pcs, size_t depth,
               backtrace_line *line, void *argument)
{
    struct teller teller = { .line = line, .argument = argument };

    for (size_t i = 0; i < depth; i++) {
        const uintptr_t place = i > 0 && pcs[i] > 0 ? pcs[i] - 1 : pcs[i];
        const struct symbol *frames;
        uint64_t offset = 0;
        size_t count;

        if (symbols == NULL || !symbol_offset(symbols, place, &offset)) {
            tell_address(&teller, pcs[i]);
            continue;
        }
        offset += pcs[i] - place;
        count = symbol_find(symbols, place, &frames);
        for (size_t k = 0; k < count; k++)
            tell_frame(&teller, pcs[i], &frames[k], k + 1 == count, offset);
    }
}

struct stream {
    const char *prefix;
    FILE *out;
};

static void
write_line(void *argument, const char *line)
{
    const struct stream *stream = argument;

    fprintf(stream->out, "%s%s\n", stream->prefix, line);
}

void
backtrace_write(struct symbols *symbols, const uintptr_t *pcs, size_t depth, const char *prefix,
                FILE *out)
{
    struct stream stream = { prefix, out };

    backtrace_tell(symbols, pcs, depth, write_line, &stream);
}
