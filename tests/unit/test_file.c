/* SPDX-License-Identifier: BSD-2-Clause */
/* File: whole or not at all, whatever the disk says. Failure leaves no trace. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "scratch.h"

static const struct file_owner nobody_else = { { (uid_t)-1, (gid_t)-1 }, 0604 };
static char path[64];

static int
set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof(path), "%s", scratch_path("a.prof"));
    return 0;
}

static int
write_text(void *argument, FILE *out)
{
    fputs(argument, out);
    return 0;
}

static int
write_megabyte(void *argument, FILE *out)
{
    (void)argument;
    for (unsigned i = 0; i < 1024 * 1024; i++)
        putc('x', out);
    return 0;
}

static int
refuse(void *argument, FILE *out)
{
    (void)argument;
    fputs("half of it", out);
    return -ENOMEM;
}

static void
read_back(const char *wanted)
{
    char text[64] = "";
    FILE *in = fopen(path, "r");

    assert_non_null(in);
    assert_non_null(fgets(text, sizeof(text), in));
    fclose(in);
    assert_string_equal(text, wanted);
}

static void
a_file_is_written_with_its_mode_and_replaced(void **state)
{
    char first[] = "first";
    char second[] = "second";
    struct stat status;
    mode_t mask = umask(077);

    (void)state;
    assert_int_equal(file_write(path, &nobody_else, write_text, first), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0604);
    assert_int_equal(file_write(path, &nobody_else, write_text, second), 0);
    read_back("second");
    assert_int_equal(scratch_count(), 1);
    umask(mask);
}

static void
a_symbolic_link_is_replaced_not_followed(void **state)
{
    char text[] = "text";
    struct stat status;

    (void)state;
    scratch_clear();
    assert_int_equal(symlink("/dev/full", path), 0);
    assert_int_equal(file_write(path, &nobody_else, write_text, text), 0);
    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISREG(status.st_mode));
}

static void
the_owner_is_given_it(void **state)
{
    const struct file_owner other = { { 12345, 23456 }, 0640 };
    char text[] = "text";
    struct stat status;
    int error = file_write(path, &other, write_text, text);

    (void)state;
    if (geteuid() != 0) {
        assert_int_equal(error, -EPERM);
        return;
    }
    assert_int_equal(error, 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_uid, 12345);
    assert_int_equal(status.st_gid, 23456);
}

static void
failed_content_leaves_what_was_there(void **state)
{
    char text[] = "before";

    (void)state;
    assert_int_equal(file_write(path, &nobody_else, write_text, text), 0);
    assert_int_equal(file_write(path, &nobody_else, refuse, NULL), -ENOMEM);
    read_back("before");
    assert_int_equal(scratch_count(), 1);
}

static void
a_missing_directory_is_an_error(void **state)
{
    char text[] = "text";

    (void)state;
    assert_int_equal(file_write("/nonexistent/a.prof", &nobody_else, write_text, text),
                     -ENOENT);
    assert_int_equal(file_prune("/nonexistent/a.", ".prof", 1), -ENOENT);
}

/* In a child, since the limit is for the whole process. SIGXFSZ would end it. */
static void
a_limited_size_is_an_error_not_a_signal(void **state)
{
    int status;
    pid_t pid;

    (void)state;
    scratch_clear();
    if ((pid = fork()) == 0) {
        const struct rlimit limit = { 4096, 4096 };

        signal(SIGXFSZ, SIG_DFL);
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit(file_write(path, &nobody_else, write_megabyte, NULL) == -EFBIG ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(scratch_count(), 0);
}

static void
make(const char *name, time_t when)
{
    const struct timespec times[2] = { { when, 0 }, { when, 0 } };

    assert_int_equal(utimensat(AT_FDCWD, scratch_write(name, "", 0), times, 0), 0);
}

static bool
exists(const char *name)
{
    return access(scratch_path(name), F_OK) == 0;
}

static void
the_newest_are_kept_and_others_left_alone(void **state)
{
    char start[64];

    (void)state;
    scratch_clear();
    make("p.w1.100.cpu.prof", 1000);
    make("p.w1.99.cpu.prof", 3000);
    make("p.w1.7.cpu.prof", 2000);
    make("p.w1.7.heap.prof", 1);
    make("p.w1.x7.cpu.prof", 1);
    make("p.w1..cpu.prof", 1);
    make("p.w11.7.cpu.prof", 1);
    make("p.w1.7.cpu.prof.XyZ123", 1);
    snprintf(start, sizeof(start), "%s", scratch_path("p.w1."));
    assert_int_equal(file_prune(start, ".cpu.prof", 5), 0);
    assert_int_equal(scratch_count(), 8);
    assert_int_equal(file_prune(start, ".cpu.prof", 2), 0);
    assert_int_equal(scratch_count(), 7);
    assert_false(exists("p.w1.100.cpu.prof"));
    assert_int_equal(file_prune(start, ".cpu.prof", 1), 0);
    assert_int_equal(scratch_count(), 6);
    assert_true(exists("p.w1.99.cpu.prof"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_written_with_its_mode_and_replaced),
        cmocka_unit_test(a_symbolic_link_is_replaced_not_followed),
        cmocka_unit_test(the_owner_is_given_it),
        cmocka_unit_test(failed_content_leaves_what_was_there),
        cmocka_unit_test(a_missing_directory_is_an_error),
        cmocka_unit_test(a_limited_size_is_an_error_not_a_signal),
        cmocka_unit_test(the_newest_are_kept_and_others_left_alone),
    };

    return cmocka_run_group_tests_name("file", tests, set_up, NULL);
}
