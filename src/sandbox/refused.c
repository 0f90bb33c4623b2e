/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refused: the handler counts the call and sets its result; the event loop looks up its name
 * later. Known weakness: if a thread has SIGSYS blocked, the kernel kills the process instead.
 */
#include "sandbox/refused.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>

#include "base/log.h"
#include "build.h"
#include "sandbox/filter.h"

#define NUMBERS     512 /* of system calls; the last one counts all above it */
#define FROM_FILTER 1   /* SYS_SECCOMP, in si_code */

/* Static, because a signal handler gets no argument of its own. */
static struct {
    bool repeat;
    struct sigaction before;
    uint64_t *counter; /* shared with other processes; NULL: none */
    uint64_t total;
    uint64_t logged; /* the total when it was last logged */
    uint32_t counts[NUMBERS];
    uint32_t next[NUMBERS]; /* log when the count reaches this; 0: at once */
} refused;

/* --- making a call again ------------------------------------------------------------------ */

/* long refused_repeat(long number, long argument[6]): makes the call from an address that the
 * filter allows. */
long refused_repeat(long number, const long *arguments);
extern const char refused_repeat_end[];

#if defined(__x86_64__)
__asm__(".text\n"
        ".type refused_repeat, @function\n"
        "refused_repeat:\n"
        "    endbr64\n"
        "    mov %rdi, %rax\n"
        "    mov %rsi, %r11\n"
        "    mov 0(%r11), %rdi\n"
        "    mov 16(%r11), %rdx\n"
        "    mov 24(%r11), %r10\n"
        "    mov 32(%r11), %r8\n"
        "    mov 40(%r11), %r9\n"
        "    mov 8(%r11), %rsi\n"
        "    syscall\n"
        "refused_repeat_end:\n"
        "    ret\n"
        ".size refused_repeat, . - refused_repeat\n");

static void
read_arguments(const ucontext_t *user, long arguments[6])
{
    static const int registers[6] = { REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9 };

    for (int i = 0; i < 6; i++)
        arguments[i] = (long)user->uc_mcontext.gregs[registers[i]];
}

static void
set_result(ucontext_t *user, long result)
{
    user->uc_mcontext.gregs[REG_RAX] = result;
}
#elif defined(__aarch64__)
__asm__(".text\n"
        ".type refused_repeat, %function\n"
        "refused_repeat:\n"
        "    mov x8, x0\n"
        "    mov x9, x1\n"
        "    ldp x0, x1, [x9]\n"
        "    ldp x2, x3, [x9, #16]\n"
        "    ldp x4, x5, [x9, #32]\n"
        "    svc #0\n"
        "refused_repeat_end:\n"
        "    ret\n"
        ".size refused_repeat, . - refused_repeat\n");

static void
read_arguments(const ucontext_t *user, long arguments[6])
{
    for (int i = 0; i < 6; i++)
        arguments[i] = (long)user->uc_mcontext.regs[i];
}

static void
set_result(ucontext_t *user, long result)
{
    user->uc_mcontext.regs[0] = (unsigned long)result;
}
#elif HAVE_SECCOMP
#error "the sandbox knows x86-64 and AArch64; configure --without-seccomp"
#endif

const void *
refused_repeat_address(void)
{
    return refused_repeat_end;
}

/* --- the handler -------------------------------------------------------------------------- */

static void
count_call(int number)
{
    const unsigned place = number >= 0 && number < NUMBERS ? (unsigned)number : NUMBERS - 1;

    if (refused.counter)
        __atomic_fetch_add(refused.counter, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&refused.counts[place], 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&refused.total, 1, __ATOMIC_RELEASE);
}

static void
pass_on(int signal, siginfo_t *info, void *context)
{
    if (refused.before.sa_flags & SA_SIGINFO)
        refused.before.sa_sigaction(signal, info, context);
}

static void
on_sigsys(int signal, siginfo_t *info, void *context)
{
    long arguments[6];

    if (info->si_code != FROM_FILTER) {
        pass_on(signal, info, context);
        return;
    }
    count_call(info->si_syscall);
    if (!refused.repeat) {
        set_result(context, -EPERM);
        return;
    }
    read_arguments(context, arguments);
    set_result(context, refused_repeat(info->si_syscall, arguments));
}

/* SA_NODEFER: a call can be refused while the handler of another one runs. */
int
refused_arm(bool repeat, uint64_t *counter)
{
    struct sigaction action = { .sa_sigaction = on_sigsys,
                                .sa_flags = SA_SIGINFO | SA_NODEFER };
    struct sigaction before;
    sigset_t set;

    sigemptyset(&action.sa_mask);
    refused.repeat = repeat;
    refused.counter = counter;
    if (sigaction(SIGSYS, &action, &before) < 0)
        return -errno;
    if (before.sa_sigaction != on_sigsys)
        refused.before = before;
    sigemptyset(&set);
    sigaddset(&set, SIGSYS);
    return sigprocmask(SIG_UNBLOCK, &set, NULL) < 0 ? -errno : 0;
}

/* --- logging ------------------------------------------------------------------------------ */

uint64_t
refused_count(void)
{
    return __atomic_load_n(&refused.total, __ATOMIC_ACQUIRE);
}

static void
log_call(const char *who, unsigned number, uint32_t count)
{
    char *name = filter_call_name((int)number);

    log_warning("sandbox: the system call %s (%u) is not on the list of the %s: %s, %u time%s",
                name ? name : "unknown", number, who, refused.repeat ? "made" : "refused",
                count, count == 1 ? "" : "s");
    free(name);
}

void
refused_log(const char *who)
{
    const uint64_t total = refused_count();

    if (total == refused.logged)
        return;
    refused.logged = total;
    for (unsigned i = 0; i < NUMBERS; i++) {
        const uint32_t count = __atomic_load_n(&refused.counts[i], __ATOMIC_RELAXED);

        if (count == 0 || count < refused.next[i])
            continue;
        log_call(who, i, count);
        for (refused.next[i] = 10; refused.next[i] <= count && refused.next[i] < 1000000000;)
            refused.next[i] *= 10;
    }
}
