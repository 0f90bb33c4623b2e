/* SPDX-License-Identifier: BSD-2-Clause */
/* backtrace: looks up each address. All but the first are return addresses, so the byte before
 * them is looked up, which belongs to the call. Long lines are truncated. */
#include "symbol/backtrace.h"

#include <inttypes.h>
#include <stdbool.h>

#include "stack/unwind.h"

#define LINE_SIZE 512

struct printer {
    struct symbols *symbols;
    line_sink_line *line;
    void *argument;
    size_t number; /* of the next line */
};

static void
line_sink_address(struct printer *printer, uintptr_t pc)
{
    char text[LINE_SIZE];

    snprintf(text, sizeof(text), "#%zu 0x%016" PRIxPTR, printer->number++, pc);
    printer->line(printer->argument, text);
}

/* An inlined function has no start address, so only the outermost one gets an offset. */
static void
line_sink_function(struct printer *printer, uintptr_t pc, const struct symbol *frame,
                   bool outermost, uint64_t offset)
{
    char where[24] = " (inlined)";
    char source[LINE_SIZE] = "";
    char text[LINE_SIZE];

    if (outermost)
        snprintf(where, sizeof(where), "+0x%" PRIx64, offset);
    if (frame->file)
        snprintf(source, sizeof(source), " %s:%u", frame->file, frame->line);
    if (snprintf(text, sizeof(text), "#%zu 0x%016" PRIxPTR " %s%s%s", printer->number++, pc,
                 frame->function, where, source) > 0)
        printer->line(printer->argument, text);
}

static void
line_sink_frame(struct printer *printer, uintptr_t pc, bool innermost)
{
    const uintptr_t place = !innermost && pc > 0 ? pc - 1 : pc;
    const struct symbol *functions;
    uint64_t offset = 0;
    size_t count;

    if (printer->symbols == NULL || !symbol_offset(printer->symbols, place, &offset)) {
        line_sink_address(printer, pc);
        return;
    }
    offset += pc - place;
    count = symbol_find(printer->symbols, place, &functions);
    for (size_t i = 0; i < count; i++)
        line_sink_function(printer, pc, &functions[i], i + 1 == count, offset);
}

/* Says how often the frame printed last repeats. */
static void
line_sink_repeats(struct printer *printer, size_t frames, size_t lines)
{
    char text[LINE_SIZE];

    snprintf(text, sizeof(text), "... the same %zu times", frames);
    printer->line(printer->argument, text);
    printer->number += frames * lines;
}

static void
line_sink_left_out(struct printer *printer, size_t frames)
{
    char text[LINE_SIZE];

    snprintf(text, sizeof(text), "#%zu to #%zu are left out", printer->number,
             printer->number + frames - 1);
    printer->line(printer->argument, text);
    printer->number += frames;
}

/* Prints the frames from (included) until (not included); collapses runs of three and more. */
static void
line_sink_frames(struct printer *printer, const uintptr_t *pcs, size_t from, size_t until)
{
    for (size_t i = from, next; i < until; i = next) {
        const size_t number = printer->number;

        line_sink_frame(printer, pcs[i], i == 0);
        next = i + 1;
        while (i > 0 && next < until && pcs[next] == pcs[i])
            next++;
        if (next - i > 2)
            line_sink_repeats(printer, next - i - 1, printer->number - number);
        else
            next = i + 1;
    }
}

void
backtrace_lines(struct symbols *symbols, const uintptr_t *pcs, size_t depth,
                line_sink_line *line, void *argument)
{
    struct printer printer = { .symbols = symbols, .line = line, .argument = argument };

    line_sink_frames(&printer, pcs, 0, depth);
}

void
backtrace_ends(struct symbols *symbols, const struct unwind_ends *ends, line_sink_line *line,
               void *argument)
{
    struct printer printer = { .symbols = symbols, .line = line, .argument = argument };
    uintptr_t pcs[2 * UNWIND_END];
    const unsigned kept = unwind_kept(ends, pcs);
    const bool whole = kept == ends->count;

    line_sink_frames(&printer, pcs, 0, whole ? kept : UNWIND_END);
    if (whole)
        return;
    line_sink_left_out(&printer, ends->count - kept);
    line_sink_frames(&printer, pcs, UNWIND_END, kept);
}
