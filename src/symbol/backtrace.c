/* SPDX-License-Identifier: BSD-2-Clause */
/* backtrace: looks up each address; all but the first are return addresses, and belong to the
 * call before. Longer lines are cut. */
#include "symbol/backtrace.h"

#include <inttypes.h>
#include <stdbool.h>

#include "stack/unwind.h"

#define LINE_SIZE 512

struct teller {
    struct symbols *symbols;
    tell_line *line;
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
tell_function(struct teller *teller, uintptr_t pc, const struct symbol *frame, bool outermost,
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

static void
tell_frame(struct teller *teller, uintptr_t pc, bool innermost)
{
    const uintptr_t place = !innermost && pc > 0 ? pc - 1 : pc;
    const struct symbol *functions;
    uint64_t offset = 0;
    size_t count;

    if (teller->symbols == NULL || !symbol_offset(teller->symbols, place, &offset)) {
        tell_address(teller, pc);
        return;
    }
    offset += pc - place;
    count = symbol_find(teller->symbols, place, &functions);
    for (size_t i = 0; i < count; i++)
        tell_function(teller, pc, &functions[i], i + 1 == count, offset);
}

/* More of the frame that was told last. */
static void
tell_repeats(struct teller *teller, size_t frames, size_t lines)
{
    char text[LINE_SIZE];

    snprintf(text, sizeof(text), "... the same %zu times", frames);
    teller->line(teller->argument, text);
    teller->number += frames * lines;
}

static void
tell_left_out(struct teller *teller, size_t frames)
{
    char text[LINE_SIZE];

    snprintf(text, sizeof(text), "#%zu to #%zu are left out", teller->number,
             teller->number + frames - 1);
    teller->line(teller->argument, text);
    teller->number += frames;
}

/* Those from one to before another. Two of a kind are not worth a line about them. */
static void
tell_frames(struct teller *teller, const uintptr_t *pcs, size_t from, size_t until)
{
    for (size_t i = from, next; i < until; i = next) {
        const size_t number = teller->number;

        tell_frame(teller, pcs[i], i == 0);
        next = i + 1;
        while (i > 0 && next < until && pcs[next] == pcs[i])
            next++;
        if (next - i > 2)
            tell_repeats(teller, next - i - 1, teller->number - number);
        else
            next = i + 1;
    }
}

void
backtrace_tell(struct symbols *symbols, const uintptr_t *pcs, size_t depth, tell_line *line,
               void *argument)
{
    struct teller teller = { .symbols = symbols, .line = line, .argument = argument };

    tell_frames(&teller, pcs, 0, depth);
}

void
backtrace_tell_ends(struct symbols *symbols, const struct unwind_ends *ends, tell_line *line,
                    void *argument)
{
    struct teller teller = { .symbols = symbols, .line = line, .argument = argument };
    uintptr_t pcs[2 * UNWIND_END];
    const unsigned kept = unwind_kept(ends, pcs);
    const bool whole = kept == ends->count;

    tell_frames(&teller, pcs, 0, whole ? kept : UNWIND_END);
    if (whole)
        return;
    tell_left_out(&teller, ends->count - kept);
    tell_frames(&teller, pcs, UNWIND_END, kept);
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
