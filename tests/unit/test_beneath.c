/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening files below a directory, with openat2(2) and where a filter hides it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/count.h"

static const struct {
    const char *name;
    int flags;
    bool follow;
    int error;        /* 0: it opens */
    int without_call; /* likewise, where there is no openat2(2) */
} rows[] = {
    { ".", O_RDONLY | O_DIRECTORY, false, 0, 0 },
    { "file", O_RDONLY, false, 0, 0 },
    { "file", O_PATH, true, 0, 0 },
    { "inner/file", O_RDONLY, true, 0, 0 },
    { "inner", O_RDONLY | O_DIRECTORY, true, 0, 0 },
    { "none", O_RDONLY, false, ENOENT, ENOENT },
    { "inner/none", O_RDONLY, false, ENOENT, ENOENT },
    { "file/none", O_RDONLY, false, ENOTDIR, ENOTDIR },
    { "link", O_RDONLY, false, ELOOP, ELOOP },
    { "link", O_PATH, false, ELOOP, ELOOP },
    { "link", O_RDONLY, true, 0, ENOSYS },
    { "link", O_PATH, true, 0, ENOSYS },
    { "away/file", O_RDONLY, false, ELOOP, ELOOP },
    { "away/file", O_RDONLY, true, EXDEV, ENOSYS },
    { "../outside", O_RDONLY, true, EXDEV, EXDEV },
    { "inner/../file", O_RDONLY, false, 0, EXDEV },
    { "/etc/passwd", O_RDONLY, false, EXDEV, EXDEV },
};

static int
hide_call(void)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog load = { .len = COUNT(program), .filter = program };

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
               ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &load)
               : -1;
}

/* This process may have no openat2(2) in any case: in a service of systemd, or emulated. */
static bool
is_hidden(void)
{
    return syscall(SYS_openat2, -1, "", NULL, 0) < 0 && errno == ENOSYS;
}

/* The number of rows that are wrong. */
static int
try_rows(int directory)
{
    const bool hidden = is_hidden();
    int wrong = 0;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const int fd = beneath_open(directory, rows[i].name, rows[i].flags, rows[i].follow);
        const int expected = hidden ? rows[i].without_call : rows[i].error;

        if (fd >= 0)
            close(fd);
        if ((fd >= 0 ? 0 : -fd) == expected)
            continue;
        print_error("%s: %d instead of %d\n", rows[i].name, fd, -expected);
        wrong++;
    }
    return wrong;
}

static void
make_files(const char *directory)
{
    assert_int_equal(chdir(directory), 0);
    assert_int_equal(mkdir("root", 0700), 0);
    assert_int_equal(mkdir("root/inner", 0700), 0);
    assert_int_equal(mknod("root/file", S_IFREG | 0600, 0), 0);
    assert_int_equal(mknod("root/inner/file", S_IFREG | 0600, 0), 0);
    assert_int_equal(mknod("outside", S_IFREG | 0600, 0), 0);
    assert_int_equal(symlink("file", "root/link"), 0);
    assert_int_equal(symlink("..", "root/away"), 0);
}

static void
remove_files(const char *directory)
{
    static const char *const names[] = { "root/away", "root/link", "outside", "root/inner/file",
                                         "root/file" };

    for (size_t i = 0; i < COUNT(names); i++)
        assert_int_equal(unlink(names[i]), 0);
    assert_int_equal(rmdir("root/inner"), 0);
    assert_int_equal(rmdir("root"), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void
nothing_outside_is_opened(void **state)
{
    char directory[] = "/tmp/test_beneath.XXXXXX";
    int status;
    int fd;
    pid_t pid;

    (void)state;
    assert_non_null(mkdtemp(directory));
    make_files(directory);
    fd = open("root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(try_rows(fd), 0);
    pid = fork();
    if (pid == 0)
        _exit(hide_call() < 0 ? 77 : !is_hidden() + try_rows(fd));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(fd);
    remove_files(directory);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void
only_files_are_opened_for_reading(void **state)
{
    char directory[] = "/tmp/test_beneath.XXXXXX";
    int root;
    int writer;
    int fd;

    (void)state;
    assert_non_null(mkdtemp(directory));
    root = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(mknodat(root, "file", S_IFREG | 0600, 0), 0);
    assert_int_equal(mknodat(root, "fifo", S_IFIFO | 0600, 0), 0);
    fd = beneath_open_file(root, "file", false);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(beneath_open_file(root, "fifo", false), -EINVAL);
    writer = openat(root, "fifo", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(writer < 0 && errno == ENXIO); /* nobody has it open to read */
    assert_int_equal(beneath_open_file(root, ".", false), -EISDIR);
    assert_int_equal(beneath_open_file(root, "none", false), -ENOENT);
    assert_int_equal(unlinkat(root, "fifo", 0), 0);
    assert_int_equal(unlinkat(root, "file", 0), 0);
    close(root);
    assert_int_equal(rmdir(directory), 0);
}

/* A lease lasts for as long as /proc/sys/fs/lease-break-time says, after somebody asks. */
static void
a_lease_is_not_waited_for(void **state)
{
    char directory[] = "/tmp/test_beneath.XXXXXX";
    int root;
    int file;
    int fd;

    (void)state;
    assert_non_null(mkdtemp(directory));
    signal(SIGIO, SIG_IGN);
    root = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    file = openat(root, "file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fcntl(file, F_SETLEASE, F_WRLCK) == 0) {
        fd = beneath_open(root, "file", O_RDONLY | O_NONBLOCK, true);
        assert_int_equal(fd, -EAGAIN);
        assert_int_equal(fcntl(file, F_SETLEASE, F_UNLCK), 0);
    }
    fd = beneath_open(root, "file", O_RDONLY | O_NONBLOCK, true);
    assert_true(fd >= 0);
    close(fd);
    close(file);
    assert_int_equal(unlinkat(root, "file", 0), 0);
    close(root);
    assert_int_equal(rmdir(directory), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_outside_is_opened),
        cmocka_unit_test(only_files_are_opened_for_reading),
        cmocka_unit_test(a_lease_is_not_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
