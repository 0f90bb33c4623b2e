/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump: requests are numbered, and a reply says which was the latest when it was written, so
 * several processes may ask at once. A reader that sees a reply being overwritten tries again.
 */
#include "stack/dump.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/signals.h"
#include "stack/label.h"
#include "stack/unwind.h"

#define DUMP_SIGNAL (SIGRTMIN + 2) /* the two before it are for operators, see signals.h */
#define POLL_NS     200000

/* Static, because a signal handler gets no argument of its own. */
static struct dump_record *mine;

extern void *__libc_stack_end; /* of the main thread, above all frames; from the C library */

/* --- in the process that answers ---------------------------------------------------------- */

static void
dump_on_signal(int signal, siginfo_t *info, void *context)
{
    const int error = errno;
    const uint32_t asked = __atomic_load_n(&mine->asked, __ATOMIC_ACQUIRE);
    const uint32_t version = mine->version;

    (void)signal;
    (void)info;
    __atomic_store_n(&mine->version, version | 1, __ATOMIC_SEQ_CST);
    mine->dump.label = label_get();
    registers_read(context, &mine->dump.registers);
    top_clear(&mine->dump.top);
    if (mine->dump.registers.count != 0)
        top_copy(&mine->dump.top, registers_sp(context), (uintptr_t)__libc_stack_end);
    mine->dump.depth = unwind_interrupted(context, mine->dump.pcs, DUMP_DEPTH);
    __atomic_store_n(&mine->version, (version | 1) + 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&mine->answered, asked, __ATOMIC_RELEASE);
    errno = error;
}

int
dump_arm(struct dump_record *record)
{
    struct sigaction action = { .sa_sigaction = dump_on_signal,
                                .sa_flags = SA_SIGINFO | SA_RESTART };

    unwind_prime();
    mine = record;
    sigfillset(&action.sa_mask);
    if (sigaction(DUMP_SIGNAL, &action, NULL) < 0)
        return -errno;
    signals_unblock(DUMP_SIGNAL);
    __atomic_store_n(&record->answered, __atomic_load_n(&record->asked, __ATOMIC_SEQ_CST),
                     __ATOMIC_SEQ_CST); /* what its predecessor was asked */
    __atomic_store_n(&record->pid, getpid(), __ATOMIC_SEQ_CST);
    return 0;
}

/* --- in the process that asks ------------------------------------------------------------- */

static bool
copy(const struct dump_record *record, struct dump *dump)
{
    const uint32_t version = __atomic_load_n(&record->version, __ATOMIC_SEQ_CST);

    if (version & 1)
        return false;
    memcpy(dump, &record->dump, sizeof(*dump));
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (dump->depth > DUMP_DEPTH)
        dump->depth = DUMP_DEPTH;
    return __atomic_load_n(&record->version, __ATOMIC_SEQ_CST) == version;
}

static uint32_t
read_answered(const struct dump_record *record)
{
    return __atomic_load_n(&record->answered, __ATOMIC_SEQ_CST);
}

static int
dump_signal(struct dump_record *record, pid_t pid)
{
    if (kill(pid, DUMP_SIGNAL) == 0)
        return 0;
    __atomic_sub_fetch(&record->asked, 1, __ATOMIC_SEQ_CST);
    return -errno;
}

/* A signal that was not handled yet serves for all who have asked since: more of them would
 * fill the queue of a process that is stuck (RLIMIT_SIGPENDING), which is that of all processes
 * of its user. If the handler looked just before this request, its reply is too old: once more.
 */
int
dump_ask(struct dump_record *record, pid_t pid, unsigned milliseconds, struct dump *dump)
{
    const struct timespec pause = { .tv_nsec = POLL_NS };
    const uint64_t deadline = clock_now() + milliseconds;
    uint32_t asked;
    uint32_t answered;
    int error;

    if (pid <= 0 || __atomic_load_n(&record->pid, __ATOMIC_SEQ_CST) != pid)
        return -ESRCH;
    asked = __atomic_add_fetch(&record->asked, 1, __ATOMIC_SEQ_CST);
    answered = read_answered(record);
    error = answered == asked - 1 ? dump_signal(record, pid) : 0;
    for (bool again = true; error == 0; nanosleep(&pause, NULL)) {
        const uint32_t before = answered;
        const bool late = (int32_t)((answered = read_answered(record)) - asked) < 0;

        if (!late && copy(record, dump))
            return 0;
        if (clock_now() >= deadline)
            return -ETIMEDOUT;
        if (late && again && answered != before) {
            error = dump_signal(record, pid);
            again = false;
        }
    }
    return error;
}
