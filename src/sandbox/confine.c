/* SPDX-License-Identifier: BSD-2-Clause */
/* confine: collects paths, then enters the sandbox. */
#include "sandbox/confine.h"

#include <errno.h>
#include <limits.h>
#include <link.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/log.h"

/* --- paths -------------------------------------------------------------------------------- */

void
confine_add(struct confine_paths *paths, const char *path, bool write)
{
    if (paths->count < CONFINE_PATHS - 1)
        paths->items[paths->count++] = (struct sandbox_path){ path, write };
}

static void
add_folder(struct confine_paths *paths, const char *text, size_t length, bool write)
{
    char *folder = paths->count < CONFINE_PATHS - 1 ? strndup(text, length) : NULL;

    if (folder == NULL)
        return;
    paths->folders[paths->folder_count++] = folder;
    confine_add(paths, folder, write);
}

void
confine_add_folder(struct confine_paths *paths, const char *file)
{
    const char *slash = file ? strrchr(file, '/') : NULL;

    if (slash)
        add_folder(paths, file, (size_t)(slash - file) + 1, true);
    else if (file)
        confine_add(paths, ".", true);
}

void
confine_free(struct confine_paths *paths)
{
    for (unsigned i = 0; i < paths->folder_count; i++)
        free(paths->folders[i]);
    *paths = (struct confine_paths){ 0 };
}

static int
add_library(struct dl_phdr_info *info, size_t size, void *argument)
{
    (void)size;
    if (info->dlpi_name[0] == '/' && strncmp(info->dlpi_name, "/usr/", 5) != 0)
        confine_add(argument, info->dlpi_name, false);
    return 0;
}

/* Debug information can be in a file beside the program. */
static void
add_program_folder(struct confine_paths *paths)
{
    char path[PATH_MAX] = "";
    const ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    const char *slash = length > 0 ? strrchr(path, '/') : NULL;

    if (slash)
        add_folder(paths, path, (size_t)(slash - path) + 1, false);
}

/* /usr holds most libraries; those loaded from other folders are added one by one. */
void
confine_add_code(struct confine_paths *paths)
{
    add_program_folder(paths);
    confine_add(paths, "/proc", false);
    confine_add(paths, "/proc/self/exe", false);
    confine_add(paths, "/usr", false);
    dl_iterate_phdr(add_library, paths);
}

/* --- entering ----------------------------------------------------------------------------- */

static bool
stays(enum sandbox_kind kind)
{
    return kind == SANDBOX_OBSERVER || kind == SANDBOX_WRITER || kind == SANDBOX_LOADER ||
           kind == SANDBOX_TREE_LOADER || kind == SANDBOX_OPENER || kind == SANDBOX_WATCHER;
}

int
confine_enter_paths(const struct confinement *confinement, enum sandbox_kind kind,
                    const struct sandbox_path *paths)
{
    int error = 0;

    sandbox_bound(confinement->mode);
    if (!stays(kind) && (error = identity_become(&confinement->identity)) < 0)
        log_error("user: %s", strerror(-error));
    return error < 0 ? error : sandbox_enter(confinement->mode, kind, paths);
}

int
confine_enter(const struct confinement *confinement, enum sandbox_kind kind,
              const struct confine_paths *paths)
{
    return confine_enter_paths(confinement, kind, paths->items);
}

int
confine_reader(const struct confinement *confinement, enum sandbox_kind kind)
{
    struct confine_paths paths = { 0 };
    int error;

    if (confinement->mode !=
        SANDBOX_MODE_OFF) /* the sandbox has no network, see sandbox_probe() */
        unsetenv("DEBUGINFOD_URLS");
    confine_add_code(&paths);
    error = confine_enter(confinement, kind, &paths);
    confine_free(&paths);
    return error;
}

/* --- work apart --------------------------------------------------------------------------- */

static _Noreturn void
do_work(const struct confinement *confinement, void (*work)(void *argument), void *argument)
{
    signal(SIGALRM, SIG_DFL);
    alarm(CHILD_SECONDS);
    if (confine_reader(confinement, SANDBOX_REPORTER) < 0)
        _exit(EXIT_FAILURE);
    work(argument);
    sandbox_log(SANDBOX_REPORTER);
    _exit(EXIT_SUCCESS);
}

int
confine_apart(const struct confinement *confinement, void (*work)(void *argument),
              void *argument)
{
    pid_t pid = fork();
    int status = 0;

    if (pid < 0)
        return -errno;
    if (pid == 0)
        do_work(confinement, work, argument);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS ? 0 : -ECANCELED;
}
