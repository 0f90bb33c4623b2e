/* SPDX-License-Identifier: BSD-2-Clause */
/* Sandbox: the table is well-formed; in a child of its own, each kind can do its work and
 * nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/count.h"
#include "base/log.h"
#include "base/sink.h"
#include "build.h"
#include "sandbox/calls.h"
#include "sandbox/canary.h"
#include "sandbox/refused.h"
#include "sandbox/sandbox.h"
#include "scratch.h"

#if HAVE_SECCOMP
#include <linux/seccomp.h>
#include <seccomp.h>
#endif

/* --- the table ---------------------------------------------------------------------------- */

static void
names_are_known(void **state)
{
    (void)state;
#if HAVE_SECCOMP
    for (enum sandbox_kind kind = SANDBOX_WORKER; kind < SANDBOX_KINDS; kind++) {
        const struct call *call;
        size_t place = 0;

        while ((call = calls_next(kind, &place)) != NULL)
            if (seccomp_syscall_resolve_name(call->name) == __NR_SCMP_ERROR)
                fail_msg("%s", call->name);
    }
#else
    skip();
#endif
}

/* --- in a child --------------------------------------------------------------------------- */

/* Ends with 0 when all is as expected, else with the number of the line. */
#define EXPECT(condition)                                                                      \
    do {                                                                                       \
        if (!(condition))                                                                      \
            _exit(__LINE__ & 0x7f);                                                            \
    } while (0)

static void
run(void (*body)(void))
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        body();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status))
        fail_msg("signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        fail_msg("line %d, modulo 128", WEXITSTATUS(status));
}

static void
run_confined(void (*body)(void))
{
    if (strcmp(sandbox_support(), "seccomp, Landlock") != 0)
        skip();
    run(body);
}

static bool
is_refused(long result)
{
    return result == -1 && errno == EPERM;
}

static void *
end_of_thread(void *argument)
{
    return argument;
}

static void
in_a_worker(void)
{
    char *arguments[] = { NULL };
    uint64_t counter = 5;
    struct stat status;
    pthread_t thread;
    void *memory;

    sandbox_count_apart(&counter);
    EXPECT(sandbox_enter(SANDBOX_MODE_ENFORCE, SANDBOX_WORKER, NULL) == 0);
    EXPECT(is_refused(open("/etc/passwd", O_RDONLY)));
    EXPECT(is_refused(socket(AF_INET, SOCK_STREAM, 0)));
    EXPECT(is_refused(fork()));
    EXPECT(posix_spawn(NULL, "/bin/true", NULL, NULL, arguments, environ) == EPERM);
    EXPECT(is_refused(kill(1, 0)));
    EXPECT(is_refused(syscall(SYS_tgkill, 1, 1, 0)));
    EXPECT(syscall(SYS_tgkill, getpid(), getpid(), 0) == 0);
    EXPECT(refused_count() == 4);                 /* the fork is not counted */
    EXPECT(syscall(-1) == -1 && errno == ENOSYS); /* by which tracers inject results */
    EXPECT(fstat(STDERR_FILENO, &status) == 0);
    EXPECT(is_refused(stat("/etc/passwd", &status)));
    memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(memory != MAP_FAILED);
    EXPECT(is_refused(mprotect(memory, 4096, PROT_READ | PROT_EXEC)));
    EXPECT(pthread_create(&thread, NULL, end_of_thread, NULL) == 0);
    EXPECT(pthread_join(thread, NULL) == 0);
    EXPECT(refused_count() == 6 && counter == 5 + 6);
}

static void
a_worker(void **state)
{
    (void)state;
    run_confined(in_a_worker);
}

static void
in_mode_log(void)
{
    EXPECT(sandbox_enter(SANDBOX_MODE_LOG, SANDBOX_WORKER, NULL) == 0);
    EXPECT(open("/etc/passwd", O_RDONLY) >= 0);
    EXPECT(open("/nowhere", O_RDONLY) == -1 && errno == ENOENT);
    EXPECT(socket(AF_INET, SOCK_STREAM, 0) >= 0);
    EXPECT(refused_count() == 3);
}

static void
mode_log_counts_and_lets_through(void **state)
{
    (void)state;
    run_confined(in_mode_log);
}

static void
without(void)
{
    EXPECT(sandbox_enter(SANDBOX_MODE_OFF, SANDBOX_WORKER, NULL) == 0);
    EXPECT(open("/etc/passwd", O_RDONLY) >= 0);
    EXPECT(refused_count() == 0);
}

static void
off_takes_nothing(void **state)
{
    (void)state;
    run(without);
}

/* Landlock tells the paths apart, the filter reading from writing. */
static void
in_a_reporter(void)
{
    static char own[512];
    const struct sandbox_path paths[] = { { own, false },
                                          { "/nowhere", false },
                                          { NULL, false } };

    snprintf(own, sizeof(own), "%s", scratch_path("readable"));
    EXPECT(close(open(own, O_CREAT | O_WRONLY, 0600)) == 0);
    EXPECT(sandbox_enter(SANDBOX_MODE_ENFORCE, SANDBOX_REPORTER, paths) == 0);
    EXPECT(open(own, O_RDONLY) >= 0);
    EXPECT(is_refused(open(own, O_WRONLY)));
    EXPECT(open("/etc/passwd", O_RDONLY) == -1 && errno == EACCES);
    EXPECT(is_refused(socket(AF_INET, SOCK_STREAM, 0)));
}

static void
a_reporter(void **state)
{
    (void)state;
    run_confined(in_a_reporter);
}

static void
in_a_writer(void)
{
    char path[512];
    char folder[512];
    const struct sandbox_path paths[] = { { folder, true }, { NULL, false } };

    snprintf(path, sizeof(path), "%s", scratch_path("profile"));
    snprintf(folder, sizeof(folder), "%s", path);
    *strrchr(folder, '/') = '\0';
    EXPECT(sandbox_enter(SANDBOX_MODE_ENFORCE, SANDBOX_WRITER, paths) == 0);
    EXPECT(close(open(path, O_CREAT | O_WRONLY, 0600)) == 0);
    EXPECT(rename(path, path) == 0 && unlink(path) == 0);
    EXPECT(open("/etc/passwd", O_RDONLY) == -1 && errno == EACCES);
    EXPECT(open("/tmp/elsewhere", O_CREAT | O_WRONLY, 0600) == -1 && errno == EACCES);
    EXPECT(is_refused(fork()));
}

static void
a_writer(void **state)
{
    (void)state;
    run_confined(in_a_writer);
}

/* --- the canary --------------------------------------------------------------------------- */

/* Nothing here returns. */
static void
with_another_canary(void)
{
    const uint64_t before = canary_value();

    canary_renew();
    EXPECT(canary_value() != before && (canary_value() & 0xff) == 0);
    _exit(0);
}

static void
a_canary_is_new(void **state)
{
    (void)state;
    if (canary_value() == 0)
        skip();
    run(with_another_canary);
}

/* --- the log ------------------------------------------------------------------------------ */

static char log_path[4096]; /* not from the heap: a test that is skipped frees nothing */

static void
log_some(void)
{
    EXPECT(sink_open(log_path) == 0);
    EXPECT(sandbox_enter(SANDBOX_MODE_ENFORCE, SANDBOX_WORKER, NULL) == 0);
    for (int i = 1; i <= 12; i++) {
        EXPECT(is_refused(open("/etc/passwd", O_RDONLY)));
        sandbox_log(SANDBOX_WORKER);
    }
}

static void
lines_get_rarer(void **state)
{
    char text[4096] = "";
    FILE *log;

    (void)state;
    snprintf(log_path, sizeof(log_path), "%s", scratch_path("log"));
    run_confined(log_some);
    log = fopen(log_path, "r");
    assert_non_null(log);
    assert_true(fread(text, 1, sizeof(text) - 1, log) > 0);
    fclose(log);
    assert_non_null(strstr(text, "the system call openat ("));
    assert_non_null(strstr(text, "is not on the list of the worker: refused, 1 time\n"));
    assert_non_null(strstr(text, "refused, 10 times\n"));
    assert_null(strstr(text, "refused, 2 times"));
    assert_null(strstr(text, "refused, 11 times"));
}

/* --- systems that lack a part ------------------------------------------------------------- */

#if HAVE_SECCOMP
enum { NO_LANDLOCK = 1, NO_SECCOMP = 2 };

static unsigned lacking;

/* This process and its children see a system that lacks that. */
static void
take_away(unsigned parts)
{
    scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);

    if (parts & NO_LANDLOCK)
        EXPECT(seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SYS_landlock_create_ruleset,
                                0) == 0);
    if (parts & NO_SECCOMP) {
        EXPECT(seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SYS_seccomp, 0) == 0);
        EXPECT(seccomp_rule_add(context, SCMP_ACT_ERRNO(EINVAL), SYS_prctl, 1,
                                SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP)) == 0);
    }
    EXPECT(seccomp_load(context) == 0);
    seccomp_release(context);
}

/* Said once, and all continues with what is left. */
static void
probe_and_enter(void)
{
    take_away(lacking);
    EXPECT(sink_open(log_path) == 0);
    sandbox_probe(SANDBOX_MODE_ENFORCE);
    sandbox_probe(SANDBOX_MODE_ENFORCE);
    EXPECT(sandbox_enter(SANDBOX_MODE_ENFORCE, SANDBOX_REPORTER, NULL) == 0);
}
#endif

static void
what_a_system_lacks_is_said_once(void **state)
{
#if HAVE_SECCOMP
    static const char *const words[] = {
        [NO_LANDLOCK] = "this system has no Landlock; the other restrictions apply\n",
        [NO_SECCOMP] = "this system allows no seccomp; the other",
        [NO_LANDLOCK | NO_SECCOMP] =
            "this system allows neither seccomp nor Landlock; the other",
    };

    snprintf(log_path, sizeof(log_path), "%s", scratch_path("lacking"));
    for (lacking = 1; lacking < COUNT(words); lacking++) {
        char text[1024] = "";
        FILE *log;
        const char *line;

        run_confined(probe_and_enter);
        log = fopen(log_path, "r");
        assert_non_null(log);
        assert_true(fread(text, 1, sizeof(text) - 1, log) > 0);
        fclose(log);
        line = strstr(text, words[lacking]);
        assert_non_null(line);
        assert_null(strstr(line + 1, "this system"));
        unlink(log_path);
    }
#endif
    (void)state;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_known),
        cmocka_unit_test(a_worker),
        cmocka_unit_test(a_reporter),
        cmocka_unit_test(a_writer),
        cmocka_unit_test(off_takes_nothing),
        cmocka_unit_test(mode_log_counts_and_lets_through),
        cmocka_unit_test(a_canary_is_new),
        cmocka_unit_test(lines_get_rarer),
        cmocka_unit_test(what_a_system_lacks_is_said_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
