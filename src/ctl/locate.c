/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * locate: finds the socket of a process id among the process's open descriptors: a listening
 * unix(7) socket that was bound as "PATH.PID", see base/beside.h. No other socket of a daemon
 * has such a name.
 */
#include "ctl/locate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "config/config_free.h"
#include "config/config_load.h"

#define SERVICE      "/run/tiffd/control" /* of tiffd.service */
#define DEFAULT_FILE SYSCONFDIR "/tiffd/tiffd.ini"
#define LISTENS      0x10000 /* __SO_ACCEPTCON, in the flags of /proc/net/unix */

const char *
locate_file(const struct task *task)
{
    return task->file ? task->file : DEFAULT_FILE;
}

/* --- by the configuration ----------------------------------------------------------------- */

static char *
socket_of_config(const struct task *task, char **error)
{
    struct report report = { 0 };
    struct config *config = config_load(locate_file(task), NULL, 0, &report);
    char *path = NULL;

    if (config && config->server.control)
        path = memory_copy(config->server.control);
    else if (task->file == NULL && access(SERVICE, F_OK) == 0)
        path = memory_copy(SERVICE);
    else if (config)
        *error = memory_format("%s: [server] control is not set, so there is no socket",
                               locate_file(task));
    else
        *error = memory_format("%.*s", (int)strcspn(report.text ? report.text : "", "\n"),
                               report.text ? report.text : "no memory");
    config_free(config);
    report_free(&report);
    return path;
}

/* --- by the pid file ---------------------------------------------------------------------- */

static long
pid_in(const char *path)
{
    FILE *in = fopen(path, "re");
    long pid = 0;

    if (in == NULL)
        return 0;
    if (fscanf(in, "%ld", &pid) != 1)
        pid = 0;
    fclose(in);
    return pid;
}

/* "PATH.PID" without ".PID"; NULL: the name has another form. */
static char *
without_pid(const char *name, long pid)
{
    char *end = memory_format(".%ld", pid);
    const size_t length = strlen(name);
    const size_t cut = strlen(end);
    char *path = NULL;

    if (length > cut && strcmp(name + length - cut, end) == 0)
        path = memory_format("%.*s", (int)(length - cut), name);
    memory_free(end);
    return path;
}

/* Searches the listening sockets in the table of proc_net(5). NULL: none has such a name. */
static char *
socket_of_pid(long pid)
{
    char *table = memory_format("/proc/%ld/net/unix", pid);
    FILE *in = fopen(table, "re");
    char *found = NULL;
    char line[256];

    memory_free(table);
    while (in && found == NULL && fgets(line, sizeof(line), in)) {
        unsigned flags = 0;
        int at = 0;

        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%*s %*s %*s %x %*s %*s %*s %n", &flags, &at) == 1 && at > 0 &&
            flags & LISTENS)
            found = without_pid(line + at, pid);
    }
    if (in)
        fclose(in);
    return found;
}

static char *
socket_of_pid_file(const char *file, char **error)
{
    const long pid = pid_in(file);
    char *path = NULL;

    if (pid > 0 && (path = socket_of_pid(pid)) != NULL)
        return path;
    if (access(file, R_OK) < 0)
        *error = memory_format("%s: %s", file, strerror(errno));
    else if (pid <= 0)
        *error = memory_format("%s: has no process id", file);
    else
        *error = memory_format("%s: process %ld has no control socket", file, pid);
    return NULL;
}

char *
locate_socket(const struct task *task, char **error)
{
    *error = NULL;
    if (task->socket)
        return memory_copy(task->socket);
    if (task->pid_file)
        return socket_of_pid_file(task->pid_file, error);
    return socket_of_config(task, error);
}
