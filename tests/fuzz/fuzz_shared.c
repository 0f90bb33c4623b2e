/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared memory that a worker has damaged: whatever lies there, the readers of other processes
 * end, stay inside it and allocate within bounds, and so does the next process in its place.
 *
 * The input is which reader runs, then writes, of which some come before it and some between
 * its two looks: an octet for where, two for how far behind, eight for what.
 */
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit/observed.h"
#include "../unit/profile_load.h"
#include "base/count.h"
#include "format/chrome.h"
#include "format/crash_report.h"
#include "format/event_lines.h"
#include "format/legacy.h"
#include "format/pprof.h"
#include "format/text.h"
#include "pages/pages.h"
#include "profile/block.h"
#include "profile/heap.h"
#include "profile/sampler.h"
#include "stack/dump.h"
#include "symbol/arguments.h"
#include "symbol/backtrace.h"

enum { WORKERS = 2, WRITES = 64, STEP = 4, EVENTS = 64, CONNECTIONS = 8 };

static struct observed observed;
static struct subscription *subscription;
static struct maps maps;
static struct symbols *symbols;
static FILE *nowhere;

/* --- the memory ------------------------------------------------------------------------------
 */

/* What a worker can write: its tables, its slot, and what a client of the observer has. */
static void *
region(unsigned number, size_t *size)
{
    const struct tables *tables = &observed.tables;
    struct {
        void *at;
        size_t size;
    } regions[] = {
        { tables_cpu(tables, 0), sizeof(struct sampler_table) },
        { tables_cpu(tables, 0)->stacks, STACKS_SIZE },
        { tables_heap(tables, 0), 4096 },
        { tables_heap(tables, 0)->stacks, STACKS_SIZE },
        { tables_block(tables, 0), STACKS_SIZE },
        { tables_trace(tables, 0), trace_size(EVENTS) },
        { tables_rows(tables, 0), rows_size(CONNECTIONS) },
        { tables_dump(tables, 0), sizeof(struct dump_record) },
        { tables_crash(tables, 0), sizeof(struct crash_record) },
        { slots_worker(&observed.shared.slots, 0), sizeof(struct slot) },
        { subscription, sizeof(*subscription) },
    };

    number %= COUNT(regions);
    *size = regions[number].size;
    return regions[number].at;
}

static void
write_once(struct fuzz_input *input)
{
    size_t size;
    unsigned place = fuzz_octet(input);
    char *at = region(place, &size);
    size_t offset = (size_t)fuzz_number(input, 2) * STEP;
    uint64_t value = fuzz_number(input, 8);

    if (offset + sizeof(value) <= size)
        memcpy(at + offset, &value, sizeof(value));
}

static void
write_some(struct fuzz_input *input)
{
    for (unsigned i = fuzz_octet(input) % WRITES; i > 0 && input->left > 0; i--)
        write_once(input);
}

/* What a healthy worker leaves there, so that damage can be small. */
static void
fill(void)
{
    static const uintptr_t stack[] = { (uintptr_t)load_user + 4, (uintptr_t)load_system + 4 };
    const struct tables *tables = &observed.tables;
    struct trace *trace = tables_trace(tables, 0);
    struct crash_record *crash = tables_crash(tables, 0);

    tables_cpu(tables, 0)->hz = 100;
    tables_heap(tables, 0)->sample_bytes = 512;
    for (enum profile_kind kind = 0; kind < PROFILE_KINDS; kind++)
        for (unsigned depth = 1; depth <= 2; depth++)
            load_table(load_stacks(tables, kind, 0), depth - 1, stack, depth, 3 * HEAP_UNIT,
                       3000);
    for (enum trace_kind kind = 0; kind < TRACE_KINDS; kind++)
        trace_add(trace, trace_now(), kind, 1 + kind % 2, 1, 1);
    rows_start(tables_rows(tables, 0), CONNECTIONS);
    for (unsigned i = 0; i < 3; i++)
        rows_take(tables_rows(tables, 0))->connection = i + 1;
    *crash = (struct crash_record){ .complete = 1, .pid = 1, .signal = 11, .code = 1 };
    for (size_t i = 0; i < 2; i++)
        unwind_add(&crash->frames, stack[i]);
}

/* --- readers ---------------------------------------------------------------------------------
 */

/* A page, as if its client had gone before any window passes. */
static void
read_page(struct fuzz_input *input, const struct route *route)
{
    char *content = NULL;
    size_t length = 0;
    const unsigned types = route->rules.accepted & QUERY_SAMPLE_INDEX
                               ? profile_meaning(route->rules.kind)->count
                               : 0;
    char none[] = "";
    struct message message = { .bytes = none };
    int ends[2];
    struct peer peer = { .lifeline = -1, .drain = -1 };
    struct page page = { .view = &observed.view,
                         .message = &message,
                         .subscription = subscription };

    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    shutdown(ends[1], SHUT_WR);
    peer.fd = ends[0];
    page.peer = &peer;
    page.query = (struct query){ .worker = (int)(fuzz_octet(input) % 3) - 1,
                                 .format = fuzz_octet(input) % QUERY_FORMATS,
                                 .sample_index = (int)(fuzz_octet(input) % (types + 1)) - 1,
                                 .debug = fuzz_octet(input) % 3,
                                 .limit = 1000 };
    if ((route->rules.formats & QUERY_FORMAT_BIT(page.query.format)) == 0)
        page.query.format = QUERY_TEXT;
    write_some(input);
    page.out = open_memstream(&content, &length);
    route->write(&page);
    fclose(page.out);
    free(content);
    close(ends[0]);
    close(ends[1]);
}

/* All formats of what came between two looks. */
static void
read_profile(struct fuzz_input *input)
{
    const enum profile_kind kind = fuzz_octet(input) % PROFILE_KINDS;
    struct profile *earlier;
    struct profile *profile;

    write_some(input);
    earlier = profile_take(&observed.tables, kind, 0, WORKERS, NULL);
    write_some(input);
    profile = profile_take(&observed.tables, kind, 0, WORKERS, NULL);
    FUZZ_CHECK(earlier != NULL && profile != NULL);
    profile_subtract(profile, earlier);
    FUZZ_CHECK(pprof_write(profile, -1, &maps, symbols, nowhere) == 0);
    FUZZ_CHECK(text_write(profile, 0, &maps, symbols, nowhere) == 0);
    if (kind == PROFILE_CPU)
        legacy_write_cpu(profile, &maps, nowhere);
    else
        legacy_write_heap(profile, &maps, nowhere);
    profile_free(profile);
    profile_free(earlier);
}

static void
drop_line(void *argument, const char *line)
{
    (void)argument;
    FUZZ_CHECK(strpbrk(line, "\r\n") == NULL);
}

static void
read_trace(struct fuzz_input *input)
{
    const struct trace *trace = tables_trace(&observed.tables, 0);
    struct trace_copy copy = { 0 };
    struct chrome_process process = { .pid = 1, .name = "worker 0", .trace = &copy };
    uint64_t since = fuzz_number(input, 1);

    write_some(input);
    FUZZ_CHECK(trace_take(trace, EVENTS, &since, &copy) == 0);
    write_some(input);
    FUZZ_CHECK(trace_take(trace, EVENTS, &since, &copy) == 0);
    FUZZ_CHECK(copy.count <= 2 * EVENTS + 2);
    FUZZ_CHECK(chrome_write(&process, 1, (struct event_window){ 0, UINT64_MAX }, nowhere) == 0);
    event_lines_write(&copy, 1, EVENTS, NULL, drop_line, NULL);
    trace_free(&copy);
}

static void
read_crash(struct fuzz_input *input)
{
    struct crash_record record;
    char line[CRASH_REPORT_LINE];

    write_some(input);
    if (!crash_take(tables_crash(&observed.tables, 0), 1, &record))
        return;
    crash_report_describe(&record, "worker 0", NULL, line);
    drop_line(NULL, line);
    backtrace_ends(symbols, &record.frames, drop_line, NULL);
    arguments_lines(symbols, &record.registers, &record.top, drop_line, NULL);
}

/* The next process in the worker's place. */
static void
take_over(struct fuzz_input *input)
{
    static const uintptr_t stack[] = { 1, 2, 3 };
    const struct tables *tables = &observed.tables;
    struct row *rows[CONNECTIONS + 1];

    write_some(input);
    trace_adopt(tables_trace(tables, 0), EVENTS);
    trace_add(tables_trace(tables, 0), 1, TRACE_ACCEPT, 1, 1, 1);
    rows_start(tables_rows(tables, 0), CONNECTIONS);
    for (size_t i = 0; i < COUNT(rows); i++)
        FUZZ_CHECK(((rows[i] = rows_take(tables_rows(tables, 0))) != NULL) ==
                   (i < CONNECTIONS));
    for (size_t i = 0; i < CONNECTIONS; i++)
        rows_give(tables_rows(tables, 0), rows[i]);
    block_start(tables_block(tables, 0));
    for (uint32_t label = 0; label < 8; label++)
        block_add(tables_block(tables, 0), label, MARKER_WAIT_DISK, 1);
    for (enum profile_kind kind = 0; kind < PROFILE_KINDS; kind++) {
        stacks_adopt(load_stacks(tables, kind, 0));
        load_table(load_stacks(tables, kind, 0), 1, stack, COUNT(stack), 1, 1);
    }
}

static void
begin(void)
{
    if (nowhere != NULL)
        return;
    subscription = subscription_create(1);
    nowhere = fopen("/dev/null", "w");
    FUZZ_CHECK(maps_read(&maps) == 0 && nowhere != NULL && subscription != NULL);
    FUZZ_CHECK((symbols = symbol_open(&maps)) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(struct fuzz_input * input) = { read_profile, read_trace,
                                                                  read_crash, take_over };
    struct fuzz_input input = { data, size };
    const struct route *route;
    unsigned reader = fuzz_octet(&input);

    begin();
    observed_create(&observed, WORKERS);
    fill();
    if (reader < COUNT(readers))
        readers[reader](&input);
    else if ((route = pages_at(reader - COUNT(readers))) != NULL)
        read_page(&input, route);
    subscription_end(subscription, &observed.view);
    observed_destroy(&observed);
    return 0;
}
