/* SPDX-License-Identifier: BSD-2-Clause */
/* profile_load: see profile_load.h. CPU clocks instead of time, so other processes don't
 * matter. */
#include "profile_load.h"

#include <assert.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "profile/heap.h"
#include "profile/mutex.h"
#include "profile/sampler.h"
#include "profile/stacks.h"
#include "symbol/symbol.h"

uint64_t
load_cpu_time(void)
{
    return clock_read(CLOCK_THREAD_CPUTIME_ID);
}

__attribute__((noinline, noclone)) void
load_user(uint64_t ns)
{
    uint64_t end = load_cpu_time() + ns;
    volatile unsigned sum = 0;

    while (load_cpu_time() < end)
        for (unsigned i = 0; i < 20000; i++)
            sum = sum + i;
}

__attribute__((noinline, noclone)) void
load_system(uint64_t ns)
{
    static char bytes[65536];
    uint64_t end = load_cpu_time() + ns;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        return;
    while (load_cpu_time() < end) {
        ssize_t sent = send(ends[0], bytes, sizeof(bytes), MSG_DONTWAIT);

        if (sent > 0)
            recv(ends[1], bytes, (size_t)sent, MSG_WAITALL);
    }
    close(ends[0]);
    close(ends[1]);
}

pid_t
load_start(void (*run)(void *argument), void *argument)
{
    pid_t pid = fork();

    if (pid == 0) {
        run(argument);
        _exit(0);
    }
    return pid;
}

int
load_wait(pid_t pid, uint64_t *ns)
{
    struct rusage usage;
    int status;

    if (wait4(pid, &status, 0, &usage) != pid)
        return -1;
    *ns = clock_of_usage(&usage);
    return status;
}

struct stacks *
load_stacks(const struct tables *tables, enum profile_kind kind, unsigned worker)
{
    switch (kind) {
    case PROFILE_CPU:
        return (struct stacks *)tables_cpu(tables, worker)->stacks;
    case PROFILE_HEAP:
        return (struct stacks *)tables_heap(tables, worker)->stacks;
    case PROFILE_MUTEX:
        return (struct stacks *)tables_mutex(tables, worker)->stacks;
    default:
        return tables_block(tables, worker);
    }
}

void
load_table(struct stacks *stacks, uint32_t label, const uintptr_t *pcs, unsigned depth,
           uint64_t first, uint64_t second)
{
    const uint64_t values[STACKS_VALUES] = { first, second };

    stacks_add(stacks, label, pcs, depth, values);
}

struct search {
    enum profile_kind kind;
    struct symbols *symbols;
    const char *inner;
    const char *outer;
    bool found;
};

static bool
is_named(const struct search *search, uintptr_t address, const char *name)
{
    const struct symbol *frames;
    size_t count = symbol_find(search->symbols, address, &frames);

    for (size_t i = 0; i < count; i++)
        if (strcmp(frames[i].function, name) == 0)
            return true;
    return false;
}

static void
look_at(void *argument, const struct profile_sample *sample)
{
    struct search *search = argument;
    bool inside = false;

    for (unsigned i = 0; i < sample->depth; i++) {
        uintptr_t address = profile_address(search->kind, sample, i);

        if (inside && is_named(search, address, search->outer))
            search->found = true;
        inside = inside || is_named(search, address, search->inner);
    }
}

bool
load_has_stack(const struct profile *profile, const char *inner, const char *outer)
{
    struct search search = {
        .kind = profile->kind, .inner = inner, .outer = outer, .symbols = symbol_open_self()
    };

    if (search.symbols)
        profile_each(profile, look_at, &search);
    symbol_close(search.symbols);
    return search.found;
}

__attribute__((noinline, noclone)) static void
twin(void)
{
    __asm__ volatile("nop\n\tnop");
}

uintptr_t
load_twin(void)
{
    return (uintptr_t)twin + 1;
}
