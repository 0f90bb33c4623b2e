/* SPDX-License-Identifier: BSD-2-Clause */
/* worker_stacks: asks one worker after the other (dump.h), then looks the names up. */
#include "pages/worker_stacks.h"

#include <errno.h>
#include <string.h>

#include "base/proc.h"
#include "observer/scope.h"
#include "stack/dump.h"
#include "symbol/backtrace.h"

#define PATIENCE_MS 250 /* a worker */

static void
write_dump(FILE *out, const struct view *view, const struct dump *dump, struct symbols *symbols)
{
    const char *object = label_names_object(view->labels, dump->label);

    if (object)
        fprintf(out, "#\t    in request for %s\n", object);
    backtrace_write(symbols, dump->pcs, dump->depth, "#\t    ", out);
}

static void
write_worker(FILE *out, const struct view *view, unsigned worker, struct symbols *symbols)
{
    pid_t pid = roster_pid(view->roster, worker);
    struct proc_stat stat;
    struct dump dump;
    int error;

    if (pid <= 0)
        return;
    fprintf(out, "#\tstack of worker %u, generation %u, pid %d\n", worker, view->generation,
            (int)pid);
    error = dump_ask(tables_dump(view->tables, worker), pid, PATIENCE_MS, &dump);
    if (error == 0)
        write_dump(out, view, &dump, symbols);
    else
        fprintf(out, "#\t    no answer: %s, process state %c\n", strerror(-error),
                proc_stat(pid, &stat) ? stat.state : '?');
}

void
worker_stacks_write(struct page *page)
{
    struct scope scope = scope_of(page->view, page->query.worker);
    struct symbols *symbols = symbol_open_self();
    const struct view *view;
    unsigned worker;

    for (unsigned i = 0; (view = scope_worker(&scope, page->view, i, &worker)) != NULL; i++)
        write_worker(page->out, view, worker, symbols);
    symbol_close(symbols);
}
