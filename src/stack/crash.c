/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash: the handler writes directly into the record, what is certain first and the stack last:
 * reading a damaged stack can fault again, and what was read before is kept. It neither
 * allocates nor locks, and runs on its own stack.
 *
 * After a call to an address without code, unwinding can't start at the program counter; it
 * starts at the return address that the call pushed. After a return to an overwritten address
 * there is none, so the stack is searched for the first word that points behind a call
 * instruction. That is a guess, and marked as one.
 *
 * Known weakness: if several threads crash at once, only the first is recorded.
 */
#include "stack/crash.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/count.h"
#include "base/signals.h"
#include "stack/registers.h"

#define STACK_SIZE   65536 /* for the handler, a second fault in it, and the unwinder */
#define SEARCH_WORDS 1024  /* of a damaged stack */

static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP };

/* Static, because a signal handler gets no argument of its own. */
static struct {
    struct crash_record *record;
    pid_t taker;     /* the thread that crashed first; 0: none */
    sigjmp_buf back; /* where to continue after a fault while reading the stack */
} crash;

/* --- where there is code ------------------------------------------------------------------ */

/* Is the address in an executable segment of the program or a library? _dl_find_object() is
 * safe in signal handlers. If the program headers are not mapped, any address of the object
 * counts. */
static bool
is_code(uintptr_t address)
{
    struct dl_find_object object;
    const ElfW(Ehdr) * header;
    const ElfW(Phdr) * segment;

    if (_dl_find_object((void *)address, &object) != 0)
        return false;
    header = object.dlfo_map_start;
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return true;
    segment = (const ElfW(Phdr) *)((const char *)header + header->e_phoff);
    for (unsigned i = 0; i < header->e_phnum; i++, segment++) {
        uintptr_t start = object.dlfo_link_map->l_addr + segment->p_vaddr;

        if (segment->p_type == PT_LOAD && segment->p_flags & PF_X && address >= start &&
            address < start + segment->p_memsz)
            return true;
    }
    return false;
}

/* Is the instruction before this address a call? */
__attribute__((no_sanitize_address)) static bool
follows_call(uintptr_t address)
{
#if defined(__x86_64__)
    static const unsigned char lengths[] = { 2, 3, 4, 6, 7 };
    const unsigned char *code = (const unsigned char *)address;

    if (!is_code(address - 7) || !is_code(address))
        return false;
    if (code[-5] == 0xe8)
        return true;
    for (size_t i = 0; i < sizeof(lengths); i++)
        if (code[-lengths[i]] == 0xff && (code[1 - lengths[i]] & 0x38) == 0x10)
            return true;
    return false;
#else
    return is_code(address - 4) && is_code(address);
#endif
}

/* --- the stack ---------------------------------------------------------------------------- */

/* Unwinds from a return address. The unwinder expects an interrupted instruction, so it is
 * given the address minus one, which is inside the call. */
static void
record_callers(struct crash_record *record, ucontext_t *user, uintptr_t back, uintptr_t sp)
{
    unwind_add(&record->frames, back);
    registers_set(user, back - 1, sp);
    unwind_outwards(user, &record->frames);
}

__attribute__((no_sanitize_address)) static void
record_astray(struct crash_record *record, ucontext_t *user)
{
    const uintptr_t *words = (const uintptr_t *)(record->sp & ~(sizeof(uintptr_t) - 1));
    const uintptr_t link = registers_link(user);

    if (follows_call(link)) {
        record->stack = CRASH_STACK_ASTRAY;
        record_callers(record, user, link, record->sp);
        return;
    }
    for (size_t i = 0; i < SEARCH_WORDS; i++) {
        if (!follows_call(words[i]))
            continue;
        record->stack = i == 0 ? CRASH_STACK_ASTRAY : CRASH_STACK_GUESSED;
        record_callers(record, user, words[i], (uintptr_t)(words + i + 1));
        return;
    }
}

/* A fault jumps back here and ends the copy. */
static void
record_top(struct crash_record *record)
{
    if (record->registers.count != 0 && sigsetjmp(crash.back, 1) == 0)
        top_copy(&record->top, record->sp, UINTPTR_MAX);
}

static void
record_stack(struct crash_record *record, ucontext_t *user)
{
    if (sigsetjmp(crash.back, 1) != 0) {
        if (record->stack != CRASH_STACK_GUESSED)
            record->stack = CRASH_STACK_CUT;
        return;
    }
    if (is_code(record->pc))
        unwind_outwards(user, &record->frames);
    else
        record_astray(record, user);
}

/* --- the handler -------------------------------------------------------------------------- */

static void
record_id(struct crash_record *record)
{
    const char *id = label_id();
    size_t length = 0;

    while (id && length + 1 < sizeof(record->id) && id[length] != '\0') {
        record->id[length] = id[length];
        length++;
    }
    record->id[length] = '\0';
}

static void
record_crash(struct crash_record *record, const siginfo_t *info, ucontext_t *user)
{
    record->complete = 0;
    record->reported = 0;
    record->signal = info->si_signo;
    record->code = info->si_code;
    record->address = info->si_code <= 0 ? (uintptr_t)info->si_pid : (uintptr_t)info->si_addr;
    record->pc = registers_pc(user);
    record->sp = registers_sp(user);
    record->tid = crash.taker;
    record->label = label_get();
    record->request = label_request();
    record_id(record);
    record->stack = CRASH_STACK_WHOLE;
    record->frames = (struct unwind_ends){ 0 };
    top_clear(&record->top);
    registers_read(user, &record->registers);
    unwind_add(&record->frames, record->pc);
    __atomic_store_n(&record->pid, getpid(), __ATOMIC_RELEASE);
    record_top(record);
    record_stack(record, user);
    registers_set(user, record->pc, record->sp);
    __atomic_store_n(&record->complete, 1, __ATOMIC_RELEASE);
}

/* Raises the signal again with its default action, so that a core file shows it. It stays
 * blocked until the handler returns to the instruction that crashed. */
static void
end_by(int signal, siginfo_t *info, ucontext_t *user)
{
    const struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigdelset(&user->uc_sigmask, signal);
    sigaction(signal, &action, NULL);
    prctl(PR_SET_DUMPABLE, 1); /* the sandbox cleared it, which prevents a core file */
    syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), signal, info);
}

/* A second fault in the same thread comes from reading its stack. Other threads wait until the
 * first one ends the process. */
static void
on_crash(int signal, siginfo_t *info, void *context)
{
    const pid_t self = gettid();
    pid_t taker = 0;

    if (!__atomic_compare_exchange_n(&crash.taker, &taker, self, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        if (taker == self)
            siglongjmp(crash.back, 1);
        for (;;)
            pause();
    }
    if (crash.record)
        record_crash(crash.record, info, context);
    end_by(signal, info, context);
}

/* --- arming ------------------------------------------------------------------------------- */

/* If the signal of a fault is blocked, the kernel ends the process without calling the
 * handler. */
static void
unblock(void)
{
    for (size_t i = 0; i < COUNT(signals); i++)
        signals_unblock(signals[i]);
}

/* Other signals are blocked while the handler runs; a second fault must not be. */
static int
install_handlers(void)
{
    struct sigaction action = { .sa_sigaction = on_crash,
                                .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };

    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < COUNT(signals); i++)
        sigdelset(&action.sa_mask, signals[i]);
    for (size_t i = 0; i < COUNT(signals); i++)
        if (sigaction(signals[i], &action, NULL) < 0)
            return -errno;
    return 0;
}

static void
restore_defaults(void)
{
    const struct sigaction action = { .sa_handler = SIG_DFL };

    for (size_t i = 0; i < COUNT(signals); i++)
        sigaction(signals[i], &action, NULL);
}

/* A forked child has inherited its parent's alternate stack. */
int
crash_arm_thread(void)
{
    stack_t stack = { .ss_size = STACK_SIZE };
    stack_t before;

    unblock();
    if (sigaltstack(NULL, &before) == 0 && !(before.ss_flags & SS_DISABLE))
        return 0;
    stack.ss_sp = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL) < 0)
        return -errno;
    return 0;
}

int
crash_arm(struct crash_record *record)
{
    int error;

    crash.record = record;
    if (record == NULL) {
        restore_defaults();
        return 0;
    }
    memset(record, 0, sizeof(*record));
    unwind_prime();
    if ((error = crash_arm_thread()) < 0)
        return error;
    return install_handlers();
}

/* --- in other processes ------------------------------------------------------------------- */

bool
crash_take(const struct crash_record *record, pid_t pid, struct crash_record *copy)
{
    if (__atomic_load_n(&record->pid, __ATOMIC_ACQUIRE) != pid)
        return false;
    memcpy(copy, record, sizeof(*copy));
    return true;
}

bool
crash_claim(struct crash_record *record)
{
    return __atomic_exchange_n(&record->reported, 1, __ATOMIC_ACQ_REL) == 0;
}
