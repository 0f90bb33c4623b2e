/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checking: runs "tiffd -t". If a daemon runs, it checks the file and the overrides that the
 * daemon was started with, as a reload would read them, with the program that an upgrade would
 * start. Without a daemon, or with -c, it checks the file on the command line with the tiffd
 * beside this program.
 */
#include "ctl/checking.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "ctl/contact.h"
#include "ctl/fields.h"
#include "ctl/locate.h"
#include "ctl/outcome.h"

struct check {
    char **words; /* the command, terminated by NULL */
    size_t count;
};

static void
check_add(struct check *check, char *word)
{
    check->words = memory_grow(check->words, check->count + 2, sizeof(*check->words));
    check->words[check->count++] = word;
    check->words[check->count] = NULL;
}

static void
check_free(struct check *check)
{
    for (size_t i = 0; i < check->count; i++)
        memory_free(check->words[i]);
    memory_free(check->words);
}

/* The tiffd in the directory of this program. */
static char *
program_beside(void)
{
    char path[4096];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
    char *slash;

    path[n > 0 ? n : 0] = '\0';
    slash = strrchr(path, '/');
    return memory_format("%.*s/tiffd", slash ? (int)(slash - path) : 0, path);
}

/* Resolves the path, because the daemon may have been started in another directory. */
static char *
file_of(const struct contact *contact)
{
    const struct span file = fields_find(rates_line(contact->status, "version"), "config");
    char link[64];
    char directory[4096];
    ssize_t n;

    if (file.length > 0 && file.at[0] == '/')
        return memory_copy_span(file);
    snprintf(link, sizeof(link), "/proc/%d/cwd", (int)contact->pid);
    n = readlink(link, directory, sizeof(directory));
    return memory_format("%.*s/%.*s", n > 0 ? (int)n : 0, directory, (int)file.length, file.at);
}

static void
add_overrides(struct check *check, const char *status)
{
    struct span rest = span_of(status);
    struct span line;

    while (fields_next_line(&rest, &line))
        if (rates_is(line, "override")) {
            check_add(check, memory_copy("-o"));
            check_add(check, memory_copy_span(fields_find(line, "override")));
        }
}

static void
check_prepare(struct check *check, const struct task *task)
{
    struct contact contact = { 0 };
    char *error = task->file ? memory_copy("") : contact_open(&contact, task);
    const struct span program =
        fields_find(rates_line(contact.status ? contact.status : "", "program"), "program");

    check_add(check,
              error || program.length == 0 ? program_beside() : memory_copy_span(program));
    check_add(check, memory_copy("-t"));
    check_add(check, memory_copy("-c"));
    check_add(check, error ? memory_copy(locate_file(task)) : file_of(&contact));
    if (error == NULL)
        add_overrides(check, contact.status);
    memory_free(error);
    contact_close(&contact);
}

static void
become(char *const *words, int out)
{
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execv(words[0], words);
    dprintf(STDERR_FILENO, "%s: %s\n", words[0], strerror(errno));
    _exit(127);
}

/* The lines that the command prints; *ok: it succeeded. */
static json_t *
check_run(char *const *words, bool *ok)
{
    json_t *lines = json_array();
    int ends[2];
    int status = -1;
    FILE *in;
    char *line = NULL;
    size_t space = 0;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0)
        return lines;
    if (pid == 0)
        become(words, ends[1]);
    close(ends[1]);
    in = fdopen(ends[0], "re");
    while (in && getline(&line, &space, in) > 0)
        json_array_append_new(lines, json_stringn(line, strcspn(line, "\n")));
    free(line);
    if (in)
        fclose(in);
    waitpid(pid, &status, 0);
    *ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return lines;
}

static void
print_lines(const json_t *lines, FILE *out)
{
    size_t i;
    json_t *line;

    json_array_foreach(lines, i, line) fprintf(out, "%s\n", json_string_value(line));
}

int
checking_run(const struct task *task)
{
    struct check check = { 0 };
    bool ok = false;
    json_t *lines;
    int status;

    check_prepare(&check, task);
    lines = check_run(check.words, &ok);
    if (!task->json)
        print_lines(lines, ok ? stdout : stderr);
    status = outcome_tell(task, ok ? NULL : "the configuration is not valid",
                          json_pack("{s:O}", "lines", lines));
    json_decref(lines);
    check_free(&check);
    return status;
}
