/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash_report: names for the numbers in siginfo_t(3type). The record comes from a crashed
 * process, so unknown numbers are printed as they are.
 */
#include "format/crash_report.h"

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/child.h"
#include "base/log.h"
#include "sandbox/confine.h"
#include "symbol/arguments.h"
#include "symbol/backtrace.h"

#define SECCOMP 1 /* SYS_SECCOMP of the kernel */
#define STACK_LIMIT                                                                            \
    65536 /* an address this close to the end of the stack means that the stack overflowed */
#define REASON_SIZE    64
#define FOR_SIZE       400
#define SENT_BY_KERNEL 0x80 /* SI_KERNEL */

static const struct {
    int signal;
    int code;
    const char *text;
} reasons[] = {
    { SIGSEGV, SEGV_MAPERR, "address not mapped" },
    { SIGSEGV, SEGV_ACCERR, "access not permitted" },
    { SIGSEGV, SENT_BY_KERNEL, "no address at all" },
    { SIGBUS, BUS_ADRALN, "address not aligned" },
    { SIGBUS, BUS_ADRERR, "address beyond the end of the file" },
    { SIGBUS, BUS_OBJERR, "hardware error" },
    { SIGBUS, BUS_MCEERR_AR, "memory error" },
    { SIGBUS, BUS_MCEERR_AO, "memory error" },
    { SIGILL, ILL_ILLOPC, "illegal instruction" },
    { SIGILL, ILL_ILLOPN, "illegal instruction" },
    { SIGILL, ILL_PRVOPC, "privileged instruction" },
    { SIGFPE, FPE_INTDIV, "division by zero" },
    { SIGFPE, FPE_INTOVF, "integer overflow" },
    { SIGFPE, FPE_FLTDIV, "division by zero" },
    { SIGFPE, FPE_FLTINV, "invalid operation" },
    { SIGSYS, SECCOMP, "system call not permitted" },
    { SIGTRAP, TRAP_BRKPT, "breakpoint" },
    { SIGTRAP, SENT_BY_KERNEL, "breakpoint" },
};

static const char *const stacks[] = {
    [CRASH_STACK_WHOLE] = "",
    [CRASH_STACK_ASTRAY] = "",
    [CRASH_STACK_GUESSED] = "; the stack is damaged: what follows is a guess",
    [CRASH_STACK_CUT] = "; the stack is damaged: what follows is all that can be read",
};

static bool
is_overflow(const struct crash_record *record)
{
    return record->signal == SIGSEGV && record->code > 0 && record->address != 0 &&
           record->address + STACK_LIMIT > record->sp && record->address < record->sp + 256;
}

static void
describe_reason(const struct crash_record *record, char text[static REASON_SIZE])
{
    if (record->code <= 0 && record->address == (uintptr_t)record->pid) {
        snprintf(text, REASON_SIZE, "raised by itself");
        return;
    }
    if (record->code <= 0) {
        snprintf(text, REASON_SIZE, "sent by process %d", (int)record->address);
        return;
    }
    snprintf(text, REASON_SIZE, "code %d", (int)record->code);
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].signal == record->signal && reasons[i].code == record->code)
            snprintf(text, REASON_SIZE, "%s", reasons[i].text);
    if (is_overflow(record))
        snprintf(text, REASON_SIZE, "stack overflow");
}

/* While the next request header is read, the label can still be that of the previous
 * response. */
static void
describe_request(const struct crash_record *record, const struct label_names *labels,
                 char text[static FOR_SIZE])
{
    const struct label_request request = record->request;
    const bool known = request.number != 0 || request.connection == 0;
    const char *object = known ? label_names_object(labels, record->label) : NULL;
    const bool named = request.number != 0 && record->id[0] != '\0';
    char numbers[LABEL_REQUEST_SIZE];

    label_describe_request(request, numbers);
    snprintf(text, FOR_SIZE, "%s%s%.*s%s%s", numbers, named ? ", id " : "",
             named ? (int)sizeof(record->id) - 1 : 0, record->id, object ? ", for " : "",
             object ? object : "");
}

void
crash_report_describe(const struct crash_record *record, const char *who,
                      const struct label_names *labels, char line[static CRASH_REPORT_LINE])
{
    const char *name = sigabbrev_np(record->signal);
    char reason[REASON_SIZE];
    char address[32] = "";
    char request[FOR_SIZE];

    describe_reason(record, reason);
    if (record->code > 0)
        snprintf(address, sizeof(address), " at 0x%" PRIxPTR, record->address);
    describe_request(record, labels, request);
    snprintf(line, CRASH_REPORT_LINE, "%s: SIG%s (%s)%s, thread %d%s%s", who, name ? name : "?",
             reason, address, (int)record->tid, request,
             record->stack < sizeof(stacks) / sizeof(stacks[0]) ? stacks[record->stack] : "");
}

static void
crash_report_log_line(void *argument, const char *line)
{
    log_error("%s: %s", (const char *)argument, line);
}

/* The registers are useful even if the program counter pointed to no code. */
static void
log_registers(const struct crash_record *record, struct symbols *symbols, const char *who)
{
    arguments_lines(symbols, &record->registers, &record->top, crash_report_log_line,
                    (void *)(uintptr_t)who);
    arguments_registers(&record->registers, crash_report_log_line, (void *)(uintptr_t)who);
}

void
crash_report_log(const struct crash_record *record, const char *who,
                 const struct label_names *labels)
{
    char line[CRASH_REPORT_LINE];
    struct symbols *symbols;

    crash_report_describe(record, who, labels, line);
    log_error("%s", line);
    symbols = symbol_open_self();
    backtrace_ends(symbols, &record->frames, crash_report_log_line, (void *)(uintptr_t)who);
    log_registers(record, symbols, who);
    symbol_close(symbols);
}

int
crash_report_fork(const struct crash_record *record, const char *who,
                  const struct label_names *labels, const struct confinement *confinement)
{
    const pid_t pid = child_fork_apart(NULL, NULL);

    if (pid != 0)
        return pid < 0 ? (int)pid : 0;
    if (confine_reader(confinement, SANDBOX_REPORTER) == 0)
        crash_report_log(record, who, labels);
    sandbox_log(SANDBOX_REPORTER);
    child_finish();
}
