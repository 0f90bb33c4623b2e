/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_filter: what the sandbox adds to a system call of a worker: without a filter, with one
 * that allows everything (what the kernel takes for any filter at all), with the worker's for a
 * call that it allows, and for one that it allows with some arguments only. Exports its table.
 * Each is measured in a child, for a filter stays. Without seccomp all are the same.
 */
#include <assert.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "sandbox/filter.h"

enum filter { FILTER_NONE, FILTER_LEAST, FILTER_WORKER };

static bool
load_least(void)
{
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const struct sock_fprog program = { .len = 1, .filter = &allow };

    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
                   &program) == 0;
}

static void
load(enum filter filter)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if ((filter == FILTER_LEAST && !load_least()) ||
        (filter == FILTER_WORKER && filter_load(SANDBOX_WORKER, false) < 0))
        _exit(1);
}

static void
call(struct bench *bench, enum filter filter, long number, long argument)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        load(filter);
        for (uint64_t i = 0; i < bench->n; i++)
            syscall(number, -1, argument);
        _exit(0);
    }
    if (waitpid(pid, &status, 0) != pid || status != 0)
        assert(false && "the child fails");
}

static void
run_none(struct bench *bench)
{
    call(bench, FILTER_NONE, SYS_getpid, 0);
}

static void
run_least(struct bench *bench)
{
    call(bench, FILTER_LEAST, SYS_getpid, 0);
}

static void
run_listed(struct bench *bench)
{
    call(bench, FILTER_WORKER, SYS_getpid, 0);
}

static void
run_arguments_none(struct bench *bench)
{
    call(bench, FILTER_NONE, SYS_ioctl, SIOCOUTQ);
}

static void
run_arguments(struct bench *bench)
{
    call(bench, FILTER_WORKER, SYS_ioctl, SIOCOUTQ);
}

const struct benchmark bench_filter[] = {
    { "CallUnfiltered", run_none },         { "CallLeastFilter", run_least },
    { "CallWorkerFilter", run_listed },     { "IoctlUnfiltered", run_arguments_none },
    { "IoctlWorkerFilter", run_arguments }, { NULL, NULL },
};
