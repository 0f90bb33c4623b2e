/* SPDX-License-Identifier: BSD-2-Clause */
/* The opener: it opens closed files of its tree and nothing else, whatever a worker asks for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "opener/opener.h"
#include "opener/passing.h"
#include "scratch.h"

enum { WORKERS = 2, FILE_A, LINK, GONE, CACHED, OPENED, OTHER_TREE, OBJECTS };

/* The texts of the tree: its prefix and names. */
static char paths[] = "/t/a\0/t/link\0/t/gone\0/t/cached\0/t/opened";
static char other_path[] = "/u/a";
static struct config_asset asset = { .path = (char[]){ "/t" }, .tree = true };
static struct object objects[OBJECTS];
static const struct catalogue catalogue = { .objects = objects, .count = OBJECTS };
static const struct confinement confinement = { .mode = SANDBOX_MODE_OFF };
static struct tree tree;
static struct passing passings[WORKERS];
static int master[2]; /* the pipe */
static pid_t process;

static void
place_object(unsigned number, const char *path, const struct object_ops *ops)
{
    objects[number] = (struct object){ .ops = ops, .asset = &asset, .path = path };
}

static int
make_tree(void)
{
    const char *names[] = { "a", "link", "gone", "cached", "opened" };
    const char *path = paths;

    for (unsigned i = 0; i < 5; i++) {
        place_object(FILE_A + i, path, &object_closed);
        path += strlen(path) + 1;
        if (i != 1 && i != 2)
            scratch_write(names[i], names[i], 1);
    }
    objects[CACHED].ops = &object_packed;
    objects[OPENED].ops = &object_streamed;
    for (unsigned i = 0; i < FILE_A; i++)
        place_object(i, other_path, &object_closed);
    place_object(OTHER_TREE, other_path, &object_closed);
    tree = (struct tree){ .asset = &asset, .paths = paths, .paths_size = sizeof(paths) };
    return symlink("a", scratch_path("link"));
}

static _Noreturn void
become_opener(void)
{
    int sockets[WORKERS];
    const struct opener_inherit inherit = {
        .catalogue = &catalogue,
        .tree = &tree,
        .confinement = &confinement,
        .directory = open(scratch_directory(), O_PATH | O_DIRECTORY),
        .sockets = sockets,
        .workers = WORKERS,
        .master_pipe = master[0],
    };

    close(master[1]);
    for (unsigned i = 0; i < WORKERS; i++)
        sockets[i] = passings[i].opener;
    opener_run(&inherit);
}

static struct passing_reply
wait_reply(unsigned worker, int *fd)
{
    struct pollfd wait = { .fd = passings[worker].worker, .events = POLLIN };
    struct passing_reply reply;

    while (passing_take_reply(wait.fd, &reply, fd) != 1)
        (void)poll(&wait, 1, -1);
    return reply;
}

static int
setup(void **state)
{
    int fd;

    (void)state;
    scratch_clear();
    if (make_tree() < 0 || pipe(master) < 0)
        return -1;
    for (unsigned i = 0; i < WORKERS; i++)
        if (passing_open(&passings[i]) < 0)
            return -1;
    if ((process = fork()) == 0)
        become_opener();
    for (unsigned i = 0; i < WORKERS; i++)
        if (wait_reply(i, &fd).number != PASSING_BEGUN || fd >= 0)
            return -1;
    return 0;
}

static int
teardown(void **state)
{
    int status;

    (void)state;
    close(master[1]);
    close(master[0]);
    waitpid(process, &status, 0);
    for (unsigned i = 0; i < WORKERS; i++)
        passing_close(&passings[i]);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static void
assert_error(uint32_t number, int error)
{
    struct passing_reply reply;
    int fd;

    assert_int_equal(passing_ask(passings[0].worker, number), 0);
    reply = wait_reply(0, &fd);
    assert_int_equal(reply.number, number);
    assert_int_equal(reply.error, error);
    assert_int_equal(fd, -1);
}

static void
assert_opened(unsigned worker)
{
    struct passing_reply reply;
    char byte = 0;
    int fd;

    assert_int_equal(passing_ask(passings[worker].worker, FILE_A), 0);
    reply = wait_reply(worker, &fd);
    assert_int_equal(reply.number, FILE_A);
    assert_int_equal(reply.error, 0);
    assert_int_equal(read(fd, &byte, 1), 1);
    assert_int_equal(byte, 'a');
    assert_int_equal(write(fd, &byte, 1), -1);
    close(fd);
}

static void
a_closed_file_is_opened(void **state)
{
    (void)state;
    assert_opened(0);
    assert_opened(1);
}

static void
nothing_else_is(void **state)
{
    const uint32_t numbers[] = { 0,       CACHED,    OPENED,       OTHER_TREE,
                                 OBJECTS, INT32_MAX, PASSING_BEGUN };

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        assert_error(numbers[i], -EINVAL);
    assert_error(GONE, -ENOENT);
    assert_error(LINK, -ELOOP);
    assert_opened(0);
}

/* Of another size, or with a descriptor. */
static void
invalid_messages_are_ignored(void **state)
{
    const char bytes[16] = { 0 };
    const struct passing_reply reply = { .number = FILE_A };

    (void)state;
    for (size_t size = 0; size <= sizeof(bytes); size++)
        if (size != sizeof(uint32_t))
            assert_int_equal(send(passings[0].worker, bytes, size, 0), (ssize_t)size);
    assert_int_equal(passing_answer(passings[0].worker, &reply, master[0]), 0);
    assert_opened(0);
}

static void
a_worker_that_takes_no_replies_holds_nobody_up(void **state)
{
    unsigned asked = 0;

    (void)state;
    for (unsigned i = 0; i < 20000; i++)
        asked += passing_ask(passings[0].worker, FILE_A) == 0;
    assert_true(asked > 0);
    assert_opened(1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_closed_file_is_opened, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_else_is, setup, teardown),
        cmocka_unit_test_setup_teardown(invalid_messages_are_ignored, setup, teardown),
        cmocka_unit_test_setup_teardown(a_worker_that_takes_no_replies_holds_nobody_up, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
