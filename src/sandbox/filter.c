/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter: libseccomp compiles the table to a BPF program, a binary tree over system call
 * numbers. The kernel (5.11 and later) caches which calls are allowed unconditionally and does
 * not run the program for them.
 *
 * Kernels before 5.16 enable a mitigation of speculative store bypass for processes with a
 * filter. It is declined: it slows down all code, and protects secrets from untrusted code in
 * the same process, of which there is none here.
 */
#include "sandbox/filter.h"

#include <errno.h>
#include <stdlib.h>

#include "build.h"
#include "sandbox/calls.h"

#if HAVE_SECCOMP

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/count.h"
#include "sandbox/refused.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW_HALF  0
#define HIGH_HALF 4
#else
#define LOW_HALF  4
#define HIGH_HALF 0
#endif

/* --- rules -------------------------------------------------------------------------------- */

static bool
is_conditional(const struct call *call)
{
    return call->self || call->conditions[0].mask != 0;
}

/* Is the call allowed with any arguments? */
static bool
is_free(enum sandbox_kind kind, const char *name)
{
    const struct call *call;
    size_t place = 0;

    while ((call = calls_next(kind, &place)) != NULL)
        if (!is_conditional(call) && strcmp(call->name, name) == 0)
            return true;
    return false;
}

static unsigned
filter_compare(const struct call *call, struct scmp_arg_cmp compares[CALLS_CONDITIONS + 1])
{
    unsigned count = 0;

    if (call->self)
        compares[count++] = SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)getpid());
    for (size_t i = 0; i < CALLS_CONDITIONS && call->conditions[i].mask != 0; i++) {
        const struct call_condition *condition = &call->conditions[i];

        compares[count++] = SCMP_CMP64(condition->argument, SCMP_CMP_MASKED_EQ, condition->mask,
                                       condition->value);
    }
    return count;
}

/* A tracer skips a call, to inject its result, by setting the number to -1. No such call exists
 * and the kernel does nothing, so allowing it is safe. */
static int
allow_skipped(scmp_filter_ctx context)
{
    (void)seccomp_attr_set(context, SCMP_FLTATR_API_TSKIP, 1);
    return seccomp_rule_add(context, SCMP_ACT_ALLOW, -1, 0);
}

/* posix_spawn(3), and fork(3) since glibc 2.41, block all signals before they create a process,
 * and a SIGSYS that is blocked kills the caller. So the filter itself returns the error, and
 * the call is not counted. */
static int
refuse_processes(scmp_filter_ctx context, enum sandbox_kind kind, bool spare)
{
    if (kind == SANDBOX_OBSERVER)
        return 0;
    return seccomp_rule_add(context, spare ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM),
                            SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
}

static int
add_rules(scmp_filter_ctx context, enum sandbox_kind kind, bool spare)
{
    const struct call *call;
    size_t place = 0;
    int error = seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);

    if (error == 0)
        error = allow_skipped(context);
    if (error == 0)
        error = refuse_processes(context, kind, spare);
    while (error == 0 && (call = calls_next(kind, &place)) != NULL) {
        struct scmp_arg_cmp compares[CALLS_CONDITIONS + 1];
        const int number = seccomp_syscall_resolve_name(call->name);

        if (number != __NR_SCMP_ERROR && (!is_conditional(call) || !is_free(kind, call->name)))
            error = seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number,
                                           filter_compare(call, compares), compares);
    }
    return error;
}

/* --- loading ------------------------------------------------------------------------------ */

static int
load_program(const struct sock_filter *program, size_t count)
{
    const struct sock_fprog load = { .len = (unsigned short)count,
                                     .filter = (struct sock_filter *)(uintptr_t)program };

    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
                   &load) < 0
               ? -errno
               : 0;
}

/* Exports libseccomp's program and leaves space for capacity instructions before it. */
static int
export_behind(scmp_filter_ctx context, size_t capacity, struct sock_filter **program,
              size_t *count)
{
    struct stat status = { 0 };
    int fd = memfd_create("seccomp", MFD_CLOEXEC);
    int error = fd < 0 ? -errno : seccomp_export_bpf(context, fd);
    size_t size;

    *program = NULL;
    if (error == 0 && fstat(fd, &status) < 0)
        error = -errno;
    size = (size_t)status.st_size;
    *count = capacity + size / sizeof(**program);
    if (error == 0 && (*program = calloc(*count, sizeof(**program))) == NULL)
        error = -ENOMEM;
    if (error == 0 && pread(fd, *program + capacity, size, 0) != (ssize_t)size)
        error = -EIO;
    if (fd >= 0)
        close(fd);
    return error;
}

/* Allows calls from refused_repeat() first: libseccomp can't compare the instruction
 * pointer. */
static int
load_sparing(scmp_filter_ctx context)
{
    const uint64_t place = (uintptr_t)refused_repeat_address();
    const size_t at = offsetof(struct seccomp_data, instruction_pointer);
    const struct sock_filter spare[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)at + LOW_HALF),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)place, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)at + HIGH_HALF),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(place >> 32), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_filter *program;
    size_t count;
    int error = export_behind(context, COUNT(spare), &program, &count);

    if (error == 0) {
        memcpy(program, spare, sizeof(spare));
        error = load_program(program, count);
    }
    free(program);
    return error;
}

int
filter_load(enum sandbox_kind kind, bool spare)
{
    scmp_filter_ctx context = seccomp_init(SCMP_ACT_TRAP);
    int error;

    if (context == NULL)
        return -ENOMEM;
    (void)seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    (void)seccomp_attr_set(context, SCMP_FLTATR_CTL_SSB, 1);
    (void)seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if ((error = add_rules(context, kind, spare)) == 0)
        error = spare ? load_sparing(context) : seccomp_load(context);
    seccomp_release(context);
    return error;
}

char *
filter_call_name(int number)
{
    return seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
}

#else

int
filter_load(enum sandbox_kind kind, bool spare)
{
    (void)kind;
    (void)spare;
    return -ENOSYS;
}

char *
filter_call_name(int number)
{
    (void)number;
    return NULL;
}

#endif
