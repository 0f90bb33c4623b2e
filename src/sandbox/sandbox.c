/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox: gives up privileges in order. The filter comes last, because it forbids the calls
 * that the other steps need.
 *
 * Sanitizers open files, start programs and trace their own process, so builds with them have
 * no sandbox.
 */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/shmem.h"
#include "build.h"
#include "sandbox/filter.h"
#include "sandbox/privileges.h"
#include "sandbox/refused.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED true
#endif
#elif defined(__SANITIZE_THREAD__)
#define SANITIZED true
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

enum part { PART_FILTER = 1, PART_LANDLOCK = 2, PART_ALL = 3 };

/* The capabilities of a process that writes files of other users, or becomes one of them. */
#define FILES (PRIVILEGE(CAP_CHOWN) | PRIVILEGE(CAP_DAC_OVERRIDE) | PRIVILEGE(CAP_FOWNER))
#define USERS (PRIVILEGE(CAP_SETUID) | PRIVILEGE(CAP_SETGID) | PRIVILEGE(CAP_KILL))

static const struct {
    const char *name;
    const char *label; /* in metrics */
    uint64_t keep;     /* capabilities */
    bool signals;      /* to others */
} kinds[SANDBOX_KINDS] = {
    [SANDBOX_WORKER] = { "worker", "worker", 0, false },
    [SANDBOX_OBSERVER] = { "observer", "observer", FILES | USERS, true },
    [SANDBOX_CLIENT] = { "observer's client process", "observer_client", 0, true },
    [SANDBOX_REPORTER] = { "reporter", "reporter", 0, true },
    [SANDBOX_WRITER] = { "profile writer", "profile_writer", FILES, false },
    [SANDBOX_LOADER] = { "loader", "loader", 0, false },
    [SANDBOX_TREE_LOADER] = { "loader", "tree_loader", PRIVILEGE(CAP_DAC_READ_SEARCH), false },
    [SANDBOX_OPENER] = { "opener", "opener", PRIVILEGE(CAP_DAC_READ_SEARCH), false },
    [SANDBOX_WATCHER] = { "watcher", "watcher", PRIVILEGE(CAP_DAC_READ_SEARCH), false },
    [SANDBOX_LOG_WRITER] = { "log writer", "log_writer", 0, false },
};

/* Refused calls by kind, in shared memory; NULL: not counted. A worker has a counter of its own
 * and does not map this one. */
static uint64_t *counts;
static uint64_t *own_counter;

/* The parts that this system lacks, set by sandbox_probe(). */
static struct {
    bool known;
    unsigned parts;
} missing;

static bool
is_instrumented(void)
{
    return INSTRUMENTED || SANITIZED;
}

/* --- entering ----------------------------------------------------------------------------- */

static int
enter_files(enum sandbox_kind kind, const struct sandbox_path *paths)
{
    int error = 0;

    if (!(missing.parts & PART_LANDLOCK))
        error = landlock_restrict(paths, kinds[kind].signals);
    return error == -EOPNOTSUPP ? 0 : error;
}

static int
enter_filter(enum sandbox_mode mode, enum sandbox_kind kind)
{
    const bool repeat = mode == SANDBOX_MODE_LOG;
    uint64_t *counter = own_counter ? own_counter : counts ? &counts[kind] : NULL;
    int error;

    if (missing.parts & PART_FILTER)
        return 0;
    if ((error = refused_arm(repeat, counter)) < 0)
        return error;
    return filter_load(kind, repeat);
}

/* Mode "log" restricts nothing; it only sets what the filter requires. */
static int
sandbox_give_up(enum sandbox_mode mode, enum sandbox_kind kind,
                const struct sandbox_path *paths)
{
    int error;

    if (mode == SANDBOX_MODE_LOG)
        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
    if ((error = privileges_drop(kinds[kind].keep)) < 0)
        return error;
    if (prctl(PR_SET_DUMPABLE, 0) < 0) /* crash.c sets it again for a core */
        return -errno;
    return enter_files(kind, paths);
}

int
sandbox_enter(enum sandbox_mode mode, enum sandbox_kind kind, const struct sandbox_path *paths)
{
    int error;

    if (mode == SANDBOX_MODE_OFF || is_instrumented())
        return 0;
    if ((error = sandbox_give_up(mode, kind, paths)) < 0 ||
        (error = enter_filter(mode, kind)) < 0)
        log_error("sandbox: %s", strerror(-error));
    return error;
}

void
sandbox_bound(enum sandbox_mode mode)
{
    static bool done; /* also in children, which inherit the bounding set */

    if (mode == SANDBOX_MODE_ENFORCE && !is_instrumented() && !done)
        privileges_bound();
    done = true;
}

void
sandbox_log(enum sandbox_kind kind)
{
    refused_log(kinds[kind].name);
}

/* --- counting ----------------------------------------------------------------------------- */

/* If there is no memory, calls are not counted. */
static void
share_counts(void)
{
    counts = shmem_map(SANDBOX_KINDS * sizeof(*counts));
}

void
sandbox_count_apart(uint64_t *counter)
{
    if (counts)
        munmap(counts, SANDBOX_KINDS * sizeof(*counts));
    counts = NULL;
    own_counter = counter;
}

uint64_t
sandbox_refused(enum sandbox_kind kind)
{
    return counts ? __atomic_load_n(&counts[kind], __ATOMIC_RELAXED) : 0;
}

const char *
sandbox_label(enum sandbox_kind kind)
{
    return kinds[kind].label;
}

/* --- what there is ------------------------------------------------------------------------ */

/* Exits with the missing parts as its status. */
static _Noreturn void
try_all(void)
{
    unsigned parts = 0;

    if (privileges_drop(0) < 0)
        _exit(PART_ALL);
    if (landlock_restrict(NULL, false) < 0)
        parts |= PART_LANDLOCK;
    if (refused_arm(false, NULL) < 0 || filter_load(SANDBOX_WORKER, false) < 0)
        parts |= PART_FILTER;
    _exit((int)parts);
}

/* If the test can't run, assumes that nothing is missing: a process that then fails to enter
 * its sandbox ends and logs the reason. */
static unsigned
find_missing(void)
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        try_all();
    while (pid > 0 && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 0;
    return pid > 0 && WIFEXITED(status) ? (unsigned)WEXITSTATUS(status) : 0;
}

static const char *
name_missing(unsigned parts)
{
    if (!HAVE_SECCOMP && parts & PART_LANDLOCK)
        return "the program was built without seccomp, and this system has no Landlock";
    if (!HAVE_SECCOMP)
        return "the program was built without seccomp";
    if (parts == PART_ALL)
        return "this system allows neither seccomp nor Landlock";
    return parts == PART_FILTER ? "this system allows no seccomp"
                                : "this system has no Landlock";
}

static void
log_ignored_servers(void)
{
    const char *servers = getenv("DEBUGINFOD_URLS");

    if (servers && servers[0] != '\0')
        log_notice("sandbox: the servers in DEBUGINFOD_URLS are not asked: it has no network");
}

void
sandbox_probe(enum sandbox_mode mode)
{
    if (mode == SANDBOX_MODE_OFF || missing.known)
        return;
    missing.known = true;
    share_counts();
    log_ignored_servers();
    if (is_instrumented()) {
        log_notice("sandbox: off in a build with sanitizers");
        return;
    }
    missing.parts = find_missing();
    if (missing.parts != 0)
        log_write(HAVE_SECCOMP && missing.parts & PART_FILTER ? LOG_LEVEL_WARNING
                                                              : LOG_LEVEL_NOTICE,
                  "sandbox: %s; the other restrictions apply", name_missing(missing.parts));
}

const char *
sandbox_support(void)
{
    if (is_instrumented())
        return "none in a build with sanitizers";
    return HAVE_SECCOMP ? "seccomp, Landlock" : "Landlock";
}
