/* SPDX-License-Identifier: BSD-2-Clause */
/* worker_stacks: asks one worker after the other (dump.h), then looks the names up. */
#include "pages/worker_stacks.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/proc.h"
#include "observer/scope.h"
#include "stack/dump.h"
#include "symbol/arguments.h"
#include "symbol/backtrace.h"

#define PATIENCE_MS 250 /* a worker, */
#define BUSY_TIMES  20  /* and so often that if all it waits for is a CPU */
#define LINE_SIZE   640

struct stacks_writer {
    struct symbols *symbols;
    line_sink_line *line;
    void *argument;
    bool arguments; /* of functions, and registers */
};

static __attribute__((format(printf, 2, 3))) void
write_stacks_line(const struct stacks_writer *writer, const char *format, ...)
{
    char text[LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    writer->line(writer->argument, text);
}

static void
write_stacks_frame(void *argument, const char *line)
{
    write_stacks_line(argument, "    %s", line);
}

static void
write_stack(struct stacks_writer *writer, const struct view *view, const struct dump *dump)
{
    const char *object = label_names_object(&view->shared->labels, dump->label);

    if (object)
        write_stacks_line(writer, "    in request for %s", object);
    backtrace_lines(writer->symbols, dump->pcs, dump->depth, write_stacks_frame, writer);
    if (!writer->arguments || dump->depth == 0)
        return;
    arguments_lines(writer->symbols, &dump->registers, &dump->top, write_stacks_frame, writer);
    arguments_registers(&dump->registers, write_stacks_frame, writer);
}

static int
ask_worker(const struct view *view, unsigned worker, pid_t pid, struct dump *dump)
{
    struct dump_record *record = tables_dump(view->shared->tables, worker);
    int error = -ETIMEDOUT;
    struct proc_stat stat = { .state = 'R' };

    for (unsigned i = 0; error == -ETIMEDOUT && stat.state == 'R' && i < BUSY_TIMES; i++) {
        error = dump_ask(record, pid, PATIENCE_MS, dump);
        if (!proc_stat(pid, &stat))
            break;
    }
    return error;
}

static void
write_worker_stack(struct stacks_writer *writer, const struct view *view, unsigned worker)
{
    pid_t pid = roster_pid(view->shared->roster, worker);
    struct proc_stat stat;
    struct dump dump;
    int error;

    if (pid <= 0)
        return;
    write_stacks_line(writer, "stack of worker %u, generation %u, pid %d", worker,
                      view->shared->generation, (int)pid);
    error = ask_worker(view, worker, pid, &dump);
    if (error == 0)
        write_stack(writer, view, &dump);
    else
        write_stacks_line(writer, "    no reply: %s, process state %c", strerror(-error),
                          proc_stat(pid, &stat) ? stat.state : '?');
}

void
worker_stacks_lines(const struct view *view, const struct worker_stacks_wish *wish,
                    line_sink_line *line, void *argument)
{
    struct stacks_writer writer = { symbol_open_self(), line, argument, wish->arguments };
    struct scope scope = scope_of(view, wish->worker);
    const struct view *owner;
    unsigned number;

    for (unsigned i = 0; (owner = scope_worker(&scope, view, i, &number)) != NULL; i++)
        write_worker_stack(&writer, owner, number);
    symbol_close(writer.symbols);
}
